// The installation's event bus, and what calls functions by itself: rules and schedules.
import type { Blueprint } from "../blueprint.ts";
import type { BuiltFunctions } from "./functions.ts";
import { logicalName } from "./logical-name.ts";
import type { BuiltRoles } from "./roles.ts";

export function buildRules(plan: Blueprint, functions: BuiltFunctions): void {
  const bus = new aws.cloudwatch.EventBus("Bus", { name: plan.bus.name, description: plan.bus.description });
  for (const rule of plan.rules) {
    const name = `${logicalName(rule.short)}Rule`;
    const target = functions.get(rule.target)!;
    const on = rule.bus === undefined ? {} : { eventBusName: bus.name };
    const made = new aws.cloudwatch.EventRule(name, {
      name: rule.name,
      ...on,
      eventPattern: JSON.stringify(rule.pattern),
    });
    new aws.cloudwatch.EventTarget(`${name}Target`, {
      rule: made.name,
      ...on,
      targetId: rule.target,
      arn: target.arn,
    });
    new aws.lambda.Permission(`${name}Permission`, {
      statementId: rule.name,
      function: target.name,
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      sourceArn: made.arn,
    });
  }
}

export function buildSchedules(plan: Blueprint, roles: BuiltRoles): void {
  for (const one of plan.schedules) {
    const { arn, ready } = roles.get(one.short)!;
    new aws.scheduler.Schedule(
      logicalName(one.short),
      {
        name: one.name,
        scheduleExpression: one.expression,
        flexibleTimeWindow: { mode: "OFF" },
        target: { arn: plan.names.functionArn(one.target), roleArn: arn, input: "{}" },
      },
      { dependsOn: ready },
    );
  }
}

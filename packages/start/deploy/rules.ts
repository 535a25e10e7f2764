// The event bus, and rules, each with its target and the permission to invoke it.
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { AddPermissionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Blueprint } from "#infra/blueprint.ts";
import type { AwsAccess } from "./access.ts";
import { ignoring } from "./ignoring.ts";

export async function deployRules(plan: Blueprint, access: AwsAccess): Promise<void> {
  const events = new EventBridgeClient(access);
  const { name, description } = plan.bus;
  await ignoring(
    "ResourceAlreadyExistsException",
    events.send(new CreateEventBusCommand({ Name: name, Description: description })),
  );
  for (const rule of plan.rules) {
    await events.send(
      new PutRuleCommand({
        Name: rule.name,
        EventBusName: rule.bus,
        EventPattern: JSON.stringify(rule.pattern),
        State: "ENABLED",
      }),
    );
    await events.send(
      new PutTargetsCommand({
        Rule: rule.name,
        EventBusName: rule.bus,
        Targets: [{ Id: rule.target, Arn: plan.names.functionArn(rule.target) }],
      }),
    );
    const permission = {
      FunctionName: plan.names.functionName(rule.target),
      StatementId: rule.name,
      Action: "lambda:InvokeFunction",
      Principal: "events.amazonaws.com",
      SourceArn: plan.names.ruleArn(rule.name, rule.bus),
    };
    await ignoring(
      "ResourceConflictException",
      new LambdaClient(access).send(new AddPermissionCommand(permission)),
    );
  }
}

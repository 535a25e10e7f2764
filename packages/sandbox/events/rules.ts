// The rules of the default bus. Rules with a schedule are EventBridge's old way; the sandbox has the Scheduler for it.
import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Documents } from "../ground/documents.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import { parsePattern } from "./pattern.ts";
import { serviceOf } from "./targets.ts";

export type Rule = {
  name: string;
  arn: string;
  description?: string;
  pattern?: string;
  enabled: boolean;
  targets: eventbridge.Target[];
};

/** What a target may say; the rest (batch, ECS, Kinesis…) is refused by name. */
const TARGET_FIELDS = new Set([
  "Id",
  "Arn",
  "RoleArn",
  "Input",
  "InputPath",
  "InputTransformer",
  "RetryPolicy",
]);

export function ruleHandlers(platform: Platform, rules: Documents<Rule>): Record<string, Handler> {
  return {
    PutRule(input: eventbridge.PutRuleRequest) {
      checkBus(input.EventBusName);
      if (input.ScheduleExpression)
        throw new AwsError(
          "NotImplemented",
          "The sandbox does not implement rules with a schedule; use the Scheduler.",
        );
      if (!input.EventPattern) throw new AwsError("ValidationException", "A rule needs an EventPattern.");
      parsePattern(input.EventPattern);
      const name = input.Name as string;
      const arn = `arn:aws:events:${platform.region}:${platform.accountId}:rule/${name}`;
      rules.set(name, {
        name,
        arn,
        description: input.Description,
        pattern: input.EventPattern,
        enabled: input.State !== "DISABLED",
        targets: rules.get(name)?.targets ?? [],
      });
      return { RuleArn: arn };
    },
    DescribeRule: (input: eventbridge.DescribeRuleRequest) => describe(find(rules, input)),
    ListRules: ({ NamePrefix = "", EventBusName }: eventbridge.ListRulesRequest) => {
      checkBus(EventBusName);
      return {
        Rules: rules
          .list()
          .filter((rule) => rule.name.startsWith(NamePrefix))
          .map(describe),
      };
    },
    EnableRule: (input: eventbridge.EnableRuleRequest) => setEnabled(rules, input, true),
    DisableRule: (input: eventbridge.DisableRuleRequest) => setEnabled(rules, input, false),
    DeleteRule(input: eventbridge.DeleteRuleRequest) {
      checkBus(input.EventBusName);
      // Deleting a rule that is not there is no error.
      if (rules.get(input.Name as string)?.targets.length)
        throw new AwsError("ValidationException", "Rule can't be deleted since it has targets.");
      rules.delete(input.Name as string);
    },
    PutTargets: (input: eventbridge.PutTargetsRequest) => putTargets(rules, input),
    ListTargetsByRule: (input: eventbridge.ListTargetsByRuleRequest) => ({
      Targets: find(rules, { Name: input.Rule, EventBusName: input.EventBusName }).targets,
    }),
    RemoveTargets(input: eventbridge.RemoveTargetsRequest) {
      const rule = find(rules, { Name: input.Rule, EventBusName: input.EventBusName });
      rules.set(rule.name, {
        ...rule,
        targets: rule.targets.filter((target) => !input.Ids?.includes(target.Id as string)),
      });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
  };
}

function putTargets(rules: Documents<Rule>, input: eventbridge.PutTargetsRequest) {
  const rule = find(rules, { Name: input.Rule, EventBusName: input.EventBusName });
  const targets = new Map(rule.targets.map((target) => [target.Id, target]));
  for (const target of input.Targets ?? []) {
    checkTarget(target);
    targets.set(target.Id, target);
  }
  // At most five per rule: "EventBridge quotas".
  if (targets.size > 5) throw new AwsError("LimitExceededException", "A rule has at most 5 targets.");
  rules.set(rule.name, { ...rule, targets: [...targets.values()] });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function checkTarget(target: eventbridge.Target): void {
  const unknown = Object.keys(target).find((field) => !TARGET_FIELDS.has(field));
  if (unknown) throw new AwsError("NotImplemented", `The sandbox does not implement ${unknown} of a target.`);
  const service = serviceOf(target.Arn ?? "");
  if (service === "states" && !target.RoleArn)
    throw new AwsError("ValidationException", `RoleArn is required for target ${target.Arn}.`);
}

function setEnabled(
  rules: Documents<Rule>,
  input: { Name?: string; EventBusName?: string },
  enabled: boolean,
) {
  const rule = find(rules, input);
  rules.set(rule.name, { ...rule, enabled });
}

function find(
  rules: Documents<Rule>,
  { Name, EventBusName }: { Name?: string; EventBusName?: string },
): Rule {
  checkBus(EventBusName);
  const rule = rules.get(Name ?? "");
  if (!rule)
    throw new AwsError("ResourceNotFoundException", `Rule ${Name} does not exist on EventBus default.`);
  return rule;
}

function describe(rule: Rule) {
  return {
    Name: rule.name,
    Arn: rule.arn,
    Description: rule.description,
    EventPattern: rule.pattern,
    State: rule.enabled ? "ENABLED" : "DISABLED",
    EventBusName: "default",
  };
}

function checkBus(name: string | undefined): void {
  if (name !== undefined && !/(^|\/)default$/.test(name))
    throw new AwsError("NotImplemented", "The sandbox has the default event bus only.");
}

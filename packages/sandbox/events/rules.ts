// The rules of the buses. Rules with a schedule are EventBridge's old way; the sandbox has the Scheduler for it.
import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Documents } from "../ground/documents.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import { type Bus, DEFAULT_BUS, needBus } from "./buses.ts";
import { parsePattern } from "./pattern.ts";
import { serviceOf } from "./targets.ts";

export type Rule = {
  name: string;
  /** Left out: the default one. */
  bus?: string;
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

type Named = { Name?: string; EventBusName?: string };

/** Names are unique on a bus, not in the account. */
export type Rules = {
  documents: Documents<Rule>;
  buses: Documents<Bus>;
};

export function ruleHandlers(platform: Platform, rules: Rules): Record<string, Handler> {
  return {
    PutRule: (input: eventbridge.PutRuleRequest) => putRule(platform, rules, input),
    DescribeRule: (input: eventbridge.DescribeRuleRequest) => describe(find(rules, input)),
    ListRules: ({ NamePrefix = "", EventBusName }: eventbridge.ListRulesRequest) => {
      const bus = needBus(rules.buses, EventBusName);
      return {
        Rules: rulesOf(rules.documents, bus)
          .filter((rule) => rule.name.startsWith(NamePrefix))
          .map(describe),
      };
    },
    EnableRule: (input: eventbridge.EnableRuleRequest) => setEnabled(rules, input, true),
    DisableRule: (input: eventbridge.DisableRuleRequest) => setEnabled(rules, input, false),
    DeleteRule(input: eventbridge.DeleteRuleRequest) {
      const key = ruleKey(needBus(rules.buses, input.EventBusName), input.Name as string);
      // Deleting a rule that is not there is no error.
      if (rules.documents.get(key)?.targets.length)
        throw new AwsError("ValidationException", "Rule can't be deleted since it has targets.");
      rules.documents.delete(key);
    },
    PutTargets: (input: eventbridge.PutTargetsRequest) => putTargets(rules, input),
    ListTargetsByRule: ({ Rule, EventBusName }: eventbridge.ListTargetsByRuleRequest) => ({
      Targets: find(rules, { Name: Rule, EventBusName }).targets,
    }),
    RemoveTargets({ Rule, EventBusName, Ids }: eventbridge.RemoveTargetsRequest) {
      const rule = find(rules, { Name: Rule, EventBusName });
      keep(rules, {
        ...rule,
        targets: rule.targets.filter((target) => !Ids?.includes(target.Id as string)),
      });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
  };
}

export function rulesOf(documents: Documents<Rule>, bus: string): Rule[] {
  return documents.list().filter((rule) => (rule.bus ?? DEFAULT_BUS) === bus);
}

export function ruleKey(bus: string, name: string): string {
  return bus === DEFAULT_BUS ? name : `${bus}/${name}`;
}

function keep({ documents }: Rules, rule: Rule): void {
  documents.set(ruleKey(rule.bus ?? DEFAULT_BUS, rule.name), rule);
}

function putRule(platform: Platform, rules: Rules, input: eventbridge.PutRuleRequest) {
  const bus = needBus(rules.buses, input.EventBusName);
  if (input.ScheduleExpression)
    throw new AwsError(
      "NotImplemented",
      "The sandbox does not implement rules with a schedule; use the Scheduler.",
    );
  if (!input.EventPattern) throw new AwsError("ValidationException", "A rule needs an EventPattern.");
  parsePattern(input.EventPattern);
  const name = input.Name as string;
  // Of a rule on a bus that somebody made: `rule/<bus>/<name>` (Service Authorization Reference, EventBridge).
  const arn = `arn:aws:events:${platform.region}:${platform.accountId}:rule/${ruleKey(bus, name)}`;
  keep(rules, {
    name,
    ...(bus === DEFAULT_BUS ? {} : { bus }),
    arn,
    description: input.Description,
    pattern: input.EventPattern,
    enabled: input.State !== "DISABLED",
    targets: rules.documents.get(ruleKey(bus, name))?.targets ?? [],
  });
  return { RuleArn: arn };
}

function putTargets(rules: Rules, { Rule, EventBusName, Targets = [] }: eventbridge.PutTargetsRequest) {
  const rule = find(rules, { Name: Rule, EventBusName });
  const targets = new Map(rule.targets.map((target) => [target.Id, target]));
  for (const target of Targets) {
    checkTarget(target);
    targets.set(target.Id, target);
  }
  // At most five per rule: "EventBridge quotas".
  if (targets.size > 5) throw new AwsError("LimitExceededException", "A rule has at most 5 targets.");
  keep(rules, { ...rule, targets: [...targets.values()] });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function checkTarget(target: eventbridge.Target): void {
  const unknown = Object.keys(target).find((field) => !TARGET_FIELDS.has(field));
  if (unknown) throw new AwsError("NotImplemented", `The sandbox does not implement ${unknown} of a target.`);
  const service = serviceOf(target.Arn ?? "");
  if (service === "states" && !target.RoleArn)
    throw new AwsError("ValidationException", `RoleArn is required for target ${target.Arn}.`);
}

function setEnabled(rules: Rules, input: Named, enabled: boolean) {
  keep(rules, { ...find(rules, input), enabled });
}

function find({ documents, buses }: Rules, { Name, EventBusName }: Named): Rule {
  const bus = needBus(buses, EventBusName);
  const rule = documents.get(ruleKey(bus, Name ?? ""));
  if (!rule)
    throw new AwsError("ResourceNotFoundException", `Rule ${Name} does not exist on EventBus ${bus}.`);
  return rule;
}

function describe(rule: Rule) {
  return {
    Name: rule.name,
    Arn: rule.arn,
    Description: rule.description,
    EventPattern: rule.pattern,
    State: rule.enabled ? "ENABLED" : "DISABLED",
    EventBusName: rule.bus ?? DEFAULT_BUS,
  };
}

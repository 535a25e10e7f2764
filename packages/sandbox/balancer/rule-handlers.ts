// Rules of a listener: conditions on host and path, in order of priority, before the listener's own action.
import type {
  Rule as ApiRule,
  CreateRuleInput,
  DeleteRuleInput,
  DescribeRulesInput,
  ModifyRuleInput,
  RuleCondition,
  SetRulePrioritiesInput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError, type Handler } from "../platform.ts";
import { describeAction, readAction } from "./actions.ts";
import { checkRange, invalid, newId, pageOf, tagsOf } from "./input.ts";
import type { Condition, Listener, Rule } from "./model.ts";
import { changed, findListener, findRule, type State } from "./state.ts";

export function ruleHandlers(state: State): Record<string, Handler> {
  return {
    CreateRule: async (input: CreateRuleInput) => {
      const listener = findListener(state, input.ListenerArn);
      const priority = checkPriority(input.Priority);
      checkFree(state, listener.arn, [priority], []);
      const rule: Rule = {
        arn: `${listener.arn.replace(":listener/", ":listener-rule/")}/${newId()}`,
        listenerArn: listener.arn,
        priority,
        conditions: readConditions(input.Conditions),
        action: readAction(state, input.Actions, listener.loadBalancerArn),
        tags: tagsOf(input.Tags),
      };
      state.rules.set(rule.arn, rule);
      await changed(state);
      return { Rules: [describe(rule)] };
    },
    ModifyRule: async (input: ModifyRuleInput) => {
      const before = findRule(state, input.RuleArn);
      const listener = findListener(state, before.listenerArn);
      const rule = {
        ...before,
        conditions: input.Conditions ? readConditions(input.Conditions) : before.conditions,
        action: input.Actions ? readAction(state, input.Actions, listener.loadBalancerArn) : before.action,
      };
      state.rules.set(rule.arn, rule);
      await changed(state);
      return { Rules: [describe(rule)] };
    },
    DescribeRules: (input: DescribeRulesInput) => {
      const page = pageOf(select(state, input), input.Marker, input.PageSize);
      return { Rules: page.items, NextMarker: page.next };
    },
    DeleteRule: async (input: DeleteRuleInput) => {
      state.rules.delete(findRule(state, input.RuleArn).arn);
      await changed(state);
      return {};
    },
    SetRulePriorities: async (input: SetRulePrioritiesInput) => {
      const wanted = (input.RulePriorities ?? []).map(({ RuleArn, Priority }) => ({
        ...findRule(state, RuleArn),
        priority: checkPriority(Priority),
      }));
      const moved = wanted.map((rule) => rule.arn);
      for (const listenerArn of new Set(wanted.map((rule) => rule.listenerArn))) {
        const mine = wanted.filter((rule) => rule.listenerArn === listenerArn);
        checkFree(
          state,
          listenerArn,
          mine.map((rule) => rule.priority),
          moved,
        );
      }
      for (const rule of wanted) state.rules.set(rule.arn, rule);
      await changed(state);
      return { Rules: wanted.map(describe) };
    },
  };
}

function checkPriority(priority: number | undefined): number {
  return checkRange(priority ?? 0, 1, 50_000, "Priority");
}

/** `moving` are rules whose old priority does not count. */
function checkFree(state: State, listenerArn: string, priorities: number[], moving: string[]): void {
  const others = [...state.rules.values()].filter(
    (rule) => rule.listenerArn === listenerArn && !moving.includes(rule.arn),
  );
  const taken = priorities.find(
    (priority, index) =>
      priorities.indexOf(priority) !== index || others.some((rule) => rule.priority === priority),
  );
  if (taken !== undefined)
    throw new AwsError("PriorityInUseException", `Priority '${taken}' is currently in use`);
}

function readConditions(conditions: RuleCondition[] | undefined): Condition[] {
  if (!conditions?.length) throw invalid("A rule needs at least one condition");
  return conditions.map(({ Field, Values, HostHeaderConfig, PathPatternConfig }) => {
    if (Field !== "host-header" && Field !== "path-pattern")
      throw invalid(`Conditions on '${Field}' are not implemented in the sandbox: host-header, path-pattern`);
    const values =
      (Field === "host-header" ? HostHeaderConfig?.Values : PathPatternConfig?.Values) ?? Values ?? [];
    const wrong = values.find((value) => value.length < 1 || value.length > 128);
    if (values.length === 0 || wrong !== undefined)
      throw invalid(`A condition on '${Field}' needs values of 1 to 128 characters`);
    return { field: Field, values };
  });
}

/** Of a listener: in order of priority, its own action last, as `default`. */
function select(state: State, input: DescribeRulesInput): ApiRule[] {
  if (input.RuleArns?.length) return input.RuleArns.map((arn) => describe(findRule(state, arn)));
  if (!input.ListenerArn) throw invalid("You must specify either listener rule ARNs or a listener ARN");
  const listener = findListener(state, input.ListenerArn);
  const rules = [...state.rules.values()]
    .filter((rule) => rule.listenerArn === listener.arn)
    .sort((a, b) => a.priority - b.priority);
  return [...rules.map(describe), describeDefault(listener)];
}

function describeDefault(listener: Listener): ApiRule {
  return {
    RuleArn: `${listener.arn.replace(":listener/", ":listener-rule/")}/default`,
    Priority: "default",
    Conditions: [],
    Actions: describeAction(listener.action),
    IsDefault: true,
  };
}

function describe(rule: Rule): ApiRule {
  return {
    RuleArn: rule.arn,
    Priority: String(rule.priority),
    Conditions: rule.conditions.map(({ field, values }) => ({
      Field: field,
      Values: values,
      ...(field === "host-header"
        ? { HostHeaderConfig: { Values: values } }
        : { PathPatternConfig: { Values: values } }),
    })),
    Actions: describeAction(rule.action),
    IsDefault: false,
  };
}

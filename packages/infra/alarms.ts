// What an operator is called for: ten alarms, as many as an account has for nothing. docs/operating.md says what to do at each.
import type { Names } from "./names.ts";

export type AlarmBlueprint = {
  /** The alarm is `<installation>-<short>`. */
  short: string;
  description: string;
  namespace: string;
  metricName: string;
  dimensions: Record<string, string>;
  periodSeconds: number;
  /** Of so many periods… */
  periods: number;
  /** …so many must be over the threshold. */
  breaching: number;
  comparison: "GreaterThanOrEqualToThreshold" | "LessThanThreshold";
  threshold: number;
  /** Silence is a good sign for all but the sweep. */
  missing: "notBreaching" | "breaching";
};

type Line = Pick<AlarmBlueprint, "short" | "description" | "namespace" | "metricName" | "dimensions"> &
  Partial<AlarmBlueprint>;

export function alarms(names: Names): AlarmBlueprint[] {
  return [...ofDeployments(names), ...ofFunctions(names)];
}

function ofDeployments(names: Names): AlarmBlueprint[] {
  const own = { namespace: names.metricNamespace, dimensions: {} };
  const workflow = { namespace: "AWS/States", dimensions: { StateMachineArn: names.rolloutArn } };
  return [
    line({
      ...own,
      short: "failed-deployments",
      metricName: "FailedDeployments",
      description: "A deployment ended failed: not even its way back was completed.",
    }),
    line({
      ...own,
      short: "stuck-deployments",
      metricName: "CarriedOn",
      threshold: 3,
      periodSeconds: 900,
      description: "Executions end before their deployments do, again and again.",
    }),
    line({
      ...own,
      short: "heal-failures",
      metricName: "HealFailures",
      threshold: 3,
      periodSeconds: 900,
      description: "Healing finds what it cannot mend, or cannot look at a target.",
    }),
    line({
      ...workflow,
      short: "workflow-failures",
      metricName: "ExecutionsFailed",
      description: "A rollout's execution failed where nothing inside could catch it; the sweep carries on.",
    }),
    line({
      ...workflow,
      short: "workflow-timeouts",
      metricName: "ExecutionsTimedOut",
      description: "A rollout's execution ran out of its time.",
    }),
  ];
}

function ofFunctions(names: Names): AlarmBlueprint[] {
  const lambda = (short: string) => ({
    namespace: "AWS/Lambda",
    dimensions: { FunctionName: names.functionName(short) },
  });
  return [
    line({
      ...lambda("events-dead-letter"),
      short: "dead-letters",
      metricName: "Invocations",
      description: "A trigger's function failed for good; what it was told is kept and can be replayed.",
    }),
    line({
      ...lambda("api"),
      short: "api-errors",
      metricName: "Url5xxCount",
      threshold: 5,
      description: "The API answers with errors of its own.",
    }),
    line({
      namespace: "AWS/Lambda",
      dimensions: {},
      short: "throttles",
      metricName: "Throttles",
      periodSeconds: 60,
      periods: 5,
      breaching: 3,
      description: "Functions of this account and region are turned away: its concurrency is used up.",
    }),
    line({
      namespace: "AWS/DynamoDB",
      dimensions: { TableName: names.table },
      short: "table-throttles",
      metricName: "WriteThrottleEvents",
      description: "The table turns writes away.",
    }),
    line({
      ...lambda("events-sweep"),
      short: "sweep-silent",
      metricName: "Invocations",
      comparison: "LessThanThreshold",
      missing: "breaching",
      periods: 2,
      breaching: 2,
      description: "The sweep does not run: nothing is healed, and nothing is carried on.",
    }),
  ];
}

function line(given: Line): AlarmBlueprint {
  return {
    periodSeconds: 300,
    periods: 1,
    breaching: given.periods ?? 1,
    comparison: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    missing: "notBreaching",
    ...given,
  };
}

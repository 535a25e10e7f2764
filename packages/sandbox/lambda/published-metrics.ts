// What the functions did since CloudWatch was last told, in memory, under Lambda's names and dimensions (Lambda developer
// guide, "Types of metrics for Lambda functions"): per function, per alias or version that was called, and per version
// that an alias's call came to.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";

type Tally = {
  dimensions: cloudwatch.Dimension[];
  invocations: number;
  errors: number;
  throttles: number;
  /** Milliseconds, to two digits, and how often. */
  durations: Map<number, number>;
};

export type Call = { functionName: string; qualifier: string | undefined; version: string };

export type LambdaMetrics = ReturnType<typeof createLambdaMetrics>;

export function createLambdaMetrics() {
  let tallies = new Map<string, Tally>();
  const talliesOf = (call: Call) =>
    scopesOf(call).map((dimensions) => {
      const key = dimensions.map(({ Value }) => Value).join(" ");
      const found = tallies.get(key) ?? newTally(dimensions);
      tallies.set(key, found);
      return found;
    });
  return {
    invoked(call: Call, milliseconds: number, failed: boolean): void {
      const near = Number(milliseconds.toPrecision(2));
      for (const tally of talliesOf(call)) {
        tally.invocations++;
        if (failed) tally.errors++;
        tally.durations.set(near, (tally.durations.get(near) ?? 0) + 1);
      }
    },
    throttled(call: Call): void {
      for (const tally of talliesOf(call)) tally.throttles++;
    },
    take(): cloudwatch.MetricDatum[] {
      const told = tallies;
      tallies = new Map();
      return [...told.values()].flatMap(dataOf);
    },
  };
}

function scopesOf({ functionName, qualifier, version }: Call): cloudwatch.Dimension[][] {
  const all = [{ Name: "FunctionName", Value: functionName }];
  if (qualifier === undefined) return [all];
  const resource = [...all, { Name: "Resource", Value: `${functionName}:${qualifier}` }];
  if (qualifier === version) return [all, resource];
  return [all, resource, [...resource, { Name: "ExecutedVersion", Value: version }]];
}

function newTally(dimensions: cloudwatch.Dimension[]): Tally {
  return { dimensions, invocations: 0, errors: 0, throttles: 0, durations: new Map() };
}

/** So many of so many: each call counts as 1 or as 0. */
export function countOf(
  MetricName: string,
  Dimensions: cloudwatch.Dimension[],
  times: number,
  calls: number,
): cloudwatch.MetricDatum {
  const [Minimum, Maximum] = [times === calls ? 1 : 0, times > 0 ? 1 : 0];
  const StatisticValues = { SampleCount: calls, Sum: times, Minimum, Maximum };
  return { MetricName, Dimensions, Unit: "Count", StatisticValues };
}

function dataOf({ dimensions: Dimensions, invocations, errors, throttles, durations }: Tally) {
  const count = (name: string, times: number) =>
    countOf(name, Dimensions, times, Math.max(invocations, times));
  const data = [count("Throttles", throttles)];
  if (invocations === 0) return data;
  const Duration = { MetricName: "Duration", Dimensions, Unit: "Milliseconds" as const };
  const values = { Values: [...durations.keys()], Counts: [...durations.values()] };
  return [...data, count("Invocations", invocations), count("Errors", errors), { ...Duration, ...values }];
}

// Putting metrics and listing them. A datum is one value, values with counts, or a summary; namespaces that begin with
// AWS/ are for the sandbox's own services, which put theirs as its owner.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { AwsError, type Caller, type Handler, type Platform } from "../platform.ts";
import { metricId, type Series, type SeriesStore, type Sums } from "./series.ts";

const PAGE_SIZE = 500; // ListMetrics, API reference

export function metricHandlers(platform: Platform, series: SeriesStore): Record<string, Handler> {
  return {
    PutMetricData({ Namespace, MetricData = [] }: cloudwatch.PutMetricDataInput, { principal }: Caller) {
      const namespace = required(Namespace, "Namespace");
      if (namespace.startsWith("AWS/") && principal !== "root")
        throw new AwsError(
          "InvalidParameterValueException",
          `The value ${Namespace} for parameter Namespace is invalid.`,
        );
      // All is read before anything is put.
      const data = MetricData.map((datum) => ({
        metric: metricId(namespace, required(datum.MetricName, "MetricName"), datum.Dimensions),
        unit: datum.Unit ?? "None",
        atMs: datum.Timestamp?.getTime() ?? platform.now(),
        sums: sumsOf(datum),
      }));
      for (const { metric, unit, atMs, sums } of data) series.put(metric, unit, atMs, sums);
    },
    ListMetrics(input: cloudwatch.ListMetricsInput) {
      const offset = Number(input.NextToken ?? 0);
      const matching = series.list().filter((one) => isAskedFor(one, input));
      const page = matching.slice(offset, offset + PAGE_SIZE);
      const rest = matching.length - offset - page.length;
      return {
        Metrics: page.map(({ namespace, name, dimensions }) => ({
          Namespace: namespace,
          MetricName: name,
          Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
        })),
        NextToken: rest > 0 ? String(offset + page.length) : undefined,
      };
    },
  };
}

function isAskedFor(
  { namespace, name, dimensions }: Series,
  { Namespace, MetricName, Dimensions = [] }: cloudwatch.ListMetricsInput,
): boolean {
  if (Namespace && namespace !== Namespace) return false;
  if (MetricName && name !== MetricName) return false;
  return Dimensions.every(({ Name, Value }) =>
    dimensions.some(([has, value]) => has === Name && (Value === undefined || value === Value)),
  );
}

function sumsOf(datum: cloudwatch.MetricDatum): Sums {
  const { Value, Values, Counts, StatisticValues } = datum;
  if (StatisticValues) {
    const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = StatisticValues;
    return { count: SampleCount, sum: Sum, minimum: Minimum, maximum: Maximum };
  }
  const list = Values ?? [required(Value, "Value")];
  if (Counts && Counts.length !== list.length)
    throw new AwsError(
      "InvalidParameterValueException",
      "The parameters Values and Counts must be of the same length.",
    );
  const sums = { count: 0, sum: 0, minimum: Infinity, maximum: -Infinity, values: new Map<number, number>() };
  for (const [at, value] of list.entries()) add(sums, value, Counts?.[at] ?? 1);
  return sums.minimum === sums.maximum ? { ...sums, values: undefined } : sums;
}

function add(sums: Sums & { values: Map<number, number> }, value: number, count: number): void {
  sums.count += count;
  sums.sum += value * count;
  sums.minimum = Math.min(sums.minimum, value);
  sums.maximum = Math.max(sums.maximum, value);
  const near = Number(value.toPrecision(3));
  sums.values.set(near, (sums.values.get(near) ?? 0) + count);
}

export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === "")
    throw new AwsError("MissingRequiredParameterException", `The parameter ${name} is required.`);
  return value;
}

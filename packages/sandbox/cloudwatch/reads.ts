// Reading metrics back: GetMetricStatistics, and GetMetricData without expressions. Periods with no data have no
// datapoint.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { AwsError, type Handler } from "../platform.ts";
import { required } from "./metrics.ts";
import { GRAIN_SECONDS, type MetricId, metricId, type SeriesStore, type Sums } from "./series.ts";
import { checkStatistic, statisticOf } from "./statistics.ts";

const DATAPOINTS_LIMIT = 1_440; // GetMetricStatistics, API reference

type Asked = { metric: MetricId; unit: string | undefined; period: number; from: Date; to: Date };
type Point = { at: Date; sums: Sums };

export function readHandlers(series: SeriesStore): Record<string, Handler> {
  return {
    GetMetricStatistics(input: cloudwatch.GetMetricStatisticsInput) {
      const { Statistics = [], ExtendedStatistics = [], MetricName, Unit } = input;
      const names = [...Statistics, ...ExtendedStatistics];
      required(names[0], "Statistics");
      for (const name of names) checkStatistic(name);
      const metric = metricId(required(input.Namespace, "Namespace"), MetricName ?? "", input.Dimensions);
      const points = read(series, { metric, unit: Unit, period: input.Period!, ...timesOf(input) });
      if (points.length > DATAPOINTS_LIMIT)
        throw new AwsError(
          "InvalidParameterCombinationException",
          `You have requested up to ${points.length} datapoints, which exceeds the limit of 1440.`,
        );
      return {
        Label: MetricName,
        Datapoints: points.map(({ at, sums }) => ({
          Timestamp: at,
          Unit: series.unitOf(metric),
          ...Object.fromEntries(Statistics.map((name) => [name, statisticOf(name, sums)])),
          ...(ExtendedStatistics.length > 0 && {
            ExtendedStatistics: Object.fromEntries(
              ExtendedStatistics.map((name) => [name, statisticOf(name, sums)]),
            ),
          }),
        })),
      };
    },
    GetMetricData(input: cloudwatch.GetMetricDataInput) {
      const times = timesOf(input);
      const results = (input.MetricDataQueries ?? []).map((query) => answer(series, query, times));
      for (const result of results)
        if (input.ScanBy !== "TimestampAscending") {
          result.Timestamps.reverse();
          result.Values.reverse();
        }
      const shown = (input.MetricDataQueries ?? []).map((query) => query.ReturnData !== false);
      return { MetricDataResults: results.filter((_, at) => shown[at]) };
    },
  };
}

function answer(series: SeriesStore, query: cloudwatch.MetricDataQuery, times: { from: Date; to: Date }) {
  const { Id, Expression, MetricStat, Label } = query;
  if (Expression !== undefined)
    throw new AwsError(
      "ValidationError",
      `The sandbox does not implement expressions (query ${Id}: ${Expression}).`,
    );
  const { Metric, Period, Stat, Unit } = required(MetricStat, "MetricStat");
  const stat = checkStatistic(Stat);
  const metric = metricId(Metric?.Namespace ?? "", Metric?.MetricName ?? "", Metric?.Dimensions);
  const points = read(series, { metric, unit: Unit, period: Period!, ...times })
    .map(({ at, sums }) => ({ at, value: statisticOf(stat, sums) }))
    .filter(({ value }) => value !== undefined);
  return {
    Id,
    Label: Label ?? metric.name,
    StatusCode: "Complete",
    Timestamps: points.map(({ at }) => at),
    Values: points.map(({ value }) => value),
  };
}

function timesOf({ StartTime, EndTime }: { StartTime?: Date | undefined; EndTime?: Date | undefined }) {
  const times = { from: required(StartTime, "StartTime"), to: required(EndTime, "EndTime") };
  if (times.from >= times.to)
    throw new AwsError(
      "InvalidParameterValueException",
      "The parameter StartTime must be less than the parameter EndTime.",
    );
  return times;
}

/** Periods begin at whole multiples of themselves; the one that is under way is there too. */
function read(series: SeriesStore, { metric, unit, period, from, to }: Asked): Point[] {
  if (!(period > 0) || period % GRAIN_SECONDS !== 0 || (period > 60 && period % 60 !== 0))
    throw new AwsError(
      "InvalidParameterValueException",
      `The parameter Period must be 10, 20, 30 or a multiple of 60 (the sandbox keeps datapoints of ${GRAIN_SECONDS} s), not ${period}.`,
    );
  const grains = period / GRAIN_SECONDS;
  const first = Math.floor(series.grainAt(from.getTime()) / grains) * grains;
  const end = Math.ceil(to.getTime() / series.grainMs);
  const oldest = first + Math.max(0, Math.ceil((end - first) / grains) - 3_000) * grains;
  const points: Point[] = [];
  for (let grain = oldest; grain < end; grain += grains) {
    const sums = series.read(metric, unit, grain, grain + grains);
    if (sums) points.push({ at: new Date(Math.round(grain * series.grainMs)), sums });
  }
  return points;
}

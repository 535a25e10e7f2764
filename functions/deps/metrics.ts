// Metrics by CloudWatch, as minutes. One query for each series (GetMetricData takes 500: API reference).
import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import type { Series } from "#core/domain/scaling.ts";
import type { Point } from "#core/scale/choose-count.ts";
import type { MetricReader } from "#engine/deps.ts";

const MINUTE_SECONDS = 60;
const MOST_QUERIES = 500;
/** The minute that is under way is told too, and is not whole. */
const UNFINISHED = 1;
/** A metric comes some minutes late, and one that says nothing for longer has nothing to say. */
const LATE_MINUTES = 2;

export function cloudWatchMetrics(client: CloudWatchClient, nowMs: () => number): MetricReader {
  return {
    async read(series, minutes) {
      if (series.length === 0) return [];
      const EndTime = new Date(nowMs());
      const longMs = (minutes + UNFINISHED + LATE_MINUTES) * MINUTE_SECONDS * 1000;
      const { MetricDataResults = [] } = await client.send(
        new GetMetricDataCommand({
          MetricDataQueries: series.slice(0, MOST_QUERIES).map(queryOf),
          StartTime: new Date(EndTime.getTime() - longMs),
          EndTime,
          ScanBy: "TimestampDescending",
        }),
      );
      return series.slice(0, MOST_QUERIES).map(({ times = 1 }, index) => {
        const found = MetricDataResults.find(({ Id }) => Id === `m${index}`);
        const values = found?.Values ?? [];
        const points = (found?.Timestamps ?? []).map(
          (at, n): Point => ({
            at: at.getTime(),
            value: values[n]! * times,
          }),
        );
        return points.slice(UNFINISHED, UNFINISHED + minutes);
      });
    },
  };
}

function queryOf({ namespace, name, dimensions, statistic }: Series, index: number): MetricDataQuery {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: namespace, MetricName: name, Dimensions };
  return { Id: `m${index}`, MetricStat: { Metric, Period: MINUTE_SECONDS, Stat: statistic } };
}

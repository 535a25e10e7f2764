import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { expect, test } from "vitest";
import type { Series } from "#core/domain/scaling.ts";
import { mocked } from "#test/support/mocked.ts";
import { cloudWatchMetrics } from "./metrics.ts";

const NOW = Date.parse("2026-11-26T10:20:30Z");
const REQUESTS: Series = {
  ...{ namespace: "AWS/ApplicationELB", name: "RequestCountPerTarget", dimensions: { TargetGroup: "t" } },
  ...{ statistic: "Sum", times: 1 / 60 },
};

test("a series is asked for by the minute, newest first, and the minute under way is left out", async () => {
  const cloudWatch = mocked(CloudWatchClient);
  const Timestamps = [20, 19, 18, 17].map((minute) => new Date(`2026-11-26T10:${minute}:00Z`));
  cloudWatch.on(GetMetricDataCommand).resolves({
    MetricDataResults: [{ Id: "m0", Timestamps, Values: [60, 300, 600, 900] }],
  });
  const metrics = cloudWatchMetrics(cloudWatch as unknown as CloudWatchClient, () => NOW);
  expect(await metrics.read([REQUESTS], 2)).toEqual([
    [
      { at: Date.parse("2026-11-26T10:19:00Z"), value: 5 },
      { at: Date.parse("2026-11-26T10:18:00Z"), value: 10 },
    ],
  ]);
  expect(cloudWatch.commandCalls(GetMetricDataCommand)[0]!.args[0].input).toEqual({
    MetricDataQueries: [
      {
        Id: "m0",
        MetricStat: {
          Metric: {
            Namespace: "AWS/ApplicationELB",
            MetricName: "RequestCountPerTarget",
            Dimensions: [{ Name: "TargetGroup", Value: "t" }],
          },
          Period: 60,
          Stat: "Sum",
        },
      },
    ],
    StartTime: new Date(NOW - 5 * 60_000),
    EndTime: new Date(NOW),
    ScanBy: "TimestampDescending",
  });
  expect(await metrics.read([], 2)).toEqual([]);
});

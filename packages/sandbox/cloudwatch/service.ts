// CloudWatch: metrics in memory and alarms over one of them each, evaluated in process. Composite alarms, alarm actions
// and expressions are not implemented and say so.
import { join } from "node:path";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { openDocuments } from "../ground/documents.ts";
import type { Platform, Service } from "../platform.ts";
import type { Alarm } from "./alarm.ts";
import { alarmHandlers, arnOf } from "./alarms.ts";
import { metricHandlers } from "./metrics.ts";
import { readHandlers } from "./reads.ts";
import { createSeries } from "./series.ts";
import { createAlarmWatch } from "./watch-alarms.ts";

export function createCloudWatch(platform: Platform): Service {
  const alarms = openDocuments<Alarm>(join(platform.directory, "cloudwatch", "alarms"));
  const series = createSeries(platform);
  const watch = createAlarmWatch(platform, alarms, series);
  const named = (input: { AlarmName?: string }) => [arnOf(platform, input.AlarmName)];
  return {
    name: "monitoring",
    iamPrefix: "cloudwatch",
    module: cloudwatch,
    Client: cloudwatch.CloudWatchClient,
    handlers: {
      ...alarmHandlers(platform, alarms),
      ...metricHandlers(platform, series),
      ...readHandlers(series),
    },
    // Service Authorization Reference, Amazon CloudWatch: the metric operations know no resources.
    iamResources: {
      PutMetricAlarm: named,
      SetAlarmState: named,
      DescribeAlarmHistory: named,
      // DescribeAlarms, API reference: composite alarms take the permission on "*".
      DescribeAlarms: ({ AlarmNames, AlarmTypes }: cloudwatch.DescribeAlarmsInput) =>
        AlarmTypes?.includes("CompositeAlarm")
          ? ["*"]
          : (AlarmNames ?? ["*"]).map((name) => arnOf(platform, name)),
      DeleteAlarms: ({ AlarmNames = [] }: cloudwatch.DeleteAlarmsInput) =>
        AlarmNames.map((name) => arnOf(platform, name)),
    },
    start: async () => watch.start(),
    stop: async () => watch.stop(),
  };
}

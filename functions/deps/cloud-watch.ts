// What watches by CloudWatch, over one client.
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { ALARM_OPTIONS, cloudWatchAlarms } from "./alarms.ts";
import { cloudWatchMetrics } from "./metrics.ts";

export function cloudWatch(count: (client: CloudWatchClient) => CloudWatchClient) {
  const client = count(new CloudWatchClient(ALARM_OPTIONS));
  return { alarms: cloudWatchAlarms(client), metrics: cloudWatchMetrics(client, Date.now) };
}

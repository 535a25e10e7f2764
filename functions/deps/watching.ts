// Alarms and metrics, by CloudWatch: its client is a chunk of its own, read when a rollout is watched for alarms or a scaling is shown.
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { AlarmReader, MetricReader } from "#engine/deps.ts";

/** Has a client's calls counted. */
type Count = (client: CloudWatchClient) => CloudWatchClient;

export function watching(count: Count): { alarms: AlarmReader; metrics: MetricReader } {
  let made: Promise<{ alarms: AlarmReader; metrics: MetricReader }> | undefined;
  const readers = () => {
    made ??= import("./cloud-watch.ts").then(({ cloudWatch }) => cloudWatch(count));
    return made;
  };
  return {
    alarms: { read: async (names) => (await readers()).alarms.read(names) },
    metrics: { read: async (series, minutes) => (await readers()).metrics.read(series, minutes) },
  };
}

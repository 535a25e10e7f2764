// Metrics that are counted out of log lines: nothing runs for them, and one that never counts anything costs nothing.
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";

export type LogMetric = {
  metricName: string;
  /** In the functions' words: any of them counts one. */
  messages: string[];
  /** The functions whose logs are read, by their short names. */
  functions: string[];
};

/** The engine speaks in these. */
const SPEAKERS = /^(driver-.*|hooks|train|events-sweep)$/;

export function logMetrics(shorts: string[]): LogMetric[] {
  const functions = shorts.filter((short) => SPEAKERS.test(short));
  return [
    { metricName: "FailedDeployments", messages: [LOG_MESSAGES.failed, LOG_MESSAGES.trainFailed], functions },
    { metricName: "CarriedOn", messages: [LOG_MESSAGES.carriedOn], functions },
    {
      metricName: "HealFailures",
      messages: [
        LOG_MESSAGES.notMended,
        LOG_MESSAGES.notSwept,
        LOG_MESSAGES.sweepLate,
        LOG_MESSAGES.degraded,
      ],
      functions,
    },
  ];
}

/** A filter over JSON lines (CloudWatch Logs user guide, "Filter pattern syntax for metric filters", JSON). */
export function filterPattern(messages: string[]): string {
  return `{ ${messages.map((message) => `$.message = "${message}"`).join(" || ")} }`;
}

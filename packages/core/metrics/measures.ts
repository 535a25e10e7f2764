// What is counted for an operator's dashboard. Each name, and each value of a dimension, is a metric that costs while it is sent
// ($0.30 a month, by the hour: aws.amazon.com/cloudwatch/pricing), so they are few, and nothing is sent while nothing happens.
// What else is known of a moment goes along as text for CloudWatch Logs Insights, which costs no metric.
import { END_STATUSES, type EndStatus, isEnded } from "../domain/deployment.ts";
import type { Notice } from "../domain/notice.ts";

export type Unit = "Count" | "Seconds" | "Milliseconds";

export const METRICS = {
  /** By its end. */
  Deployments: "Count",
  /** From its start to its end. */
  DeploymentSeconds: "Seconds",
  /** Copies and drifts that healing mended, or began to. */
  Repairs: "Count",
  /** Deployments that wait for their turn, of all targets. */
  QueueLength: "Count",
  ApiRequests: "Count",
  /** Those answered with a 4xx. */
  ApiRefusals: "Count",
  /** Without calls that wait on purpose. */
  ApiMilliseconds: "Milliseconds",
} as const satisfies Record<string, Unit>;
export type MetricName = keyof typeof METRICS;

/** The values of the one dimension that there is, `end` of `Deployments`. */
export const ENDS: readonly EndStatus[] = END_STATUSES;

export type Measure = {
  values: Partial<Record<MetricName, number>>;
  dimensions?: Record<string, string>;
  /** Ids and words; no secret. */
  about?: Record<string, unknown>;
};

export type Measures = { put(measure: Measure): void };

/** What a notice counts for. Told twice it counts twice, which is rare and no harm to a graph. */
export function measuresOf({ type, app, environment, kind, deployment, healing }: Notice): Measure[] {
  const about = { app, environment, kind };
  if (type === "healing.repaired" && healing) {
    const mended = healing.actions.filter(({ result }) => result === "repaired" || result === "begun");
    return [{ values: { Repairs: mended.length }, about: { ...about, healingRun: healing.id } }];
  }
  if (!deployment || !type.startsWith("deployment.") || !isEnded(deployment.status)) return [];
  const { id: deploymentId, status: end, startedAt, endedAt } = deployment;
  const of = { ...about, deploymentId };
  const counted: Measure = { values: { Deployments: 1 }, dimensions: { end }, about: of };
  if (startedAt === null || endedAt === null) return [counted];
  const DeploymentSeconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  return [counted, { values: { DeploymentSeconds }, about: { ...of, end } }];
}

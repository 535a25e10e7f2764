// How the platform chooses the count of a target by itself: between two bounds, so that a metric stays near its target.

/** One series of CloudWatch. It must fall in proportion as copies are added: a load for each copy, not of all together. */
export type CustomMetric = {
  namespace: string;
  name: string;
  dimensions?: Record<string, string>;
  statistic: "Average" | "Minimum" | "Maximum" | "SampleCount" | "Sum";
};

/** requestsPerReplica: requests per second that each gets; cpu: percent, the average of all. */
export type ScalingMetric = "requestsPerReplica" | "cpu" | CustomMetric;

export type Scaling = {
  min: number;
  max: number;
  metric: ScalingMetric;
  target: number;
  /** For so long after its start a copy is not counted: the same load adds no others. */
  warmupSeconds: number;
  /** false: copies are added and never taken away. */
  scaleIn: boolean;
};

/** What a platform is set to, read back, and the last that it did by itself. `metric` in words. */
export type LiveScaling = {
  min: number;
  max: number;
  metric: string;
  target: number;
  lastActivity: { at: string; status: string; description: string; cause: string } | null;
};

/** In the words of the manifest. */
export function metricName(metric: ScalingMetric): string {
  return typeof metric === "string" ? metric : `${metric.namespace}/${metric.name}`;
}

/** For the dry run. */
export function scalingNote({ min, max, metric, target, scaleIn }: Scaling): string {
  const goal =
    metric === "requestsPerReplica"
      ? `${target} requests per second for each`
      : metric === "cpu"
        ? `${target} % CPU`
        : `${metricName(metric)} at ${target}`;
  const never = scaleIn ? "" : "; none is taken away again";
  return `Scaling keeps ${min} to ${max} copies, aiming at ${goal}${never}.`;
}

export function withinBounds(scaling: Scaling | undefined, count: number): number {
  return scaling ? Math.min(Math.max(count, scaling.min), scaling.max) : count;
}

// How the platform chooses the count of a target by itself: between two bounds, so that a metric stays near its target.

/** One series of CloudWatch. It must fall in proportion as copies are added: a load for each copy, not of all together. */
export type CustomMetric = {
  namespace: string;
  name: string;
  dimensions?: Record<string, string>;
  statistic: "Average" | "Minimum" | "Maximum" | "SampleCount" | "Sum";
};

/**
 * requestsPerReplica: requests per second that each gets; cpu: percent, the average of all; provisionedConcurrencyUtilization: of a
 * function, percent of what is kept initialised that is in use.
 */
export type ScalingMetric = "requestsPerReplica" | "cpu" | "provisionedConcurrencyUtilization" | CustomMetric;

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

/** One change of the count that scaling made. */
export type ScalingActivity = { at: string; status: string; description: string; cause: string };

/** Where the value of a metric stands in CloudWatch. `times`: what one of its units is in those of the target. */
export type Series = {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  statistic: CustomMetric["statistic"];
  times?: number;
};

/** What scaling is set to, read back. `metric` in words. */
export type LiveScaling = {
  min: number;
  max: number;
  metric: string;
  target: number;
  /** What it keeps now: copies, or initialised environments of a function. */
  count: number;
  /** Newest first, of the last ones. */
  activities: ScalingActivity[];
  /** The metric is the average of them. Empty where nothing tells it. */
  series: Series[];
  /** Absent: the platform chooses the count. Else Tutti does, from the series. */
  chosenBy?: "tutti";
  /** Of the last whole minute, as the target is given; `null` where there is no data. Absent where nobody asked. */
  value?: number | null;
};

/** So many are told. */
export const ACTIVITIES_TOLD = 20;

/** Of a metric of one's own. */
export function seriesOf({ namespace, name, dimensions = {}, statistic }: CustomMetric): Series {
  return { namespace, name, dimensions, statistic };
}

/** In the words of the manifest. */
export function metricName(metric: ScalingMetric): string {
  return typeof metric === "string" ? metric : `${metric.namespace}/${metric.name}`;
}

/** For the dry run. */
export function scalingNote({ min, max, metric, target, scaleIn }: Scaling): string {
  if (metric === "provisionedConcurrencyUtilization") return provisionedNote({ min, max, target, scaleIn });
  const goal =
    metric === "requestsPerReplica"
      ? `${target} requests per second for each`
      : metric === "cpu"
        ? `${target} % CPU`
        : `${metricName(metric)} at ${target}`;
  const never = scaleIn ? "" : "; none is taken away again";
  return `Scaling keeps ${min} to ${max} copies, aiming at ${goal}${never}.`;
}

function provisionedNote({ min, max, target, scaleIn }: Omit<Scaling, "metric" | "warmupSeconds">): string {
  const ready = "execution environments initialised";
  if (min === max) return `Scaling keeps ${min} ${ready}.`;
  const never = scaleIn ? "" : "; none is given up again";
  return `Scaling keeps ${min} to ${max} ${ready}, aiming at ${target} % of them in use${never}.`;
}

export function withinBounds(scaling: Scaling | undefined, count: number): number {
  return scaling ? Math.min(Math.max(count, scaling.min), scaling.max) : count;
}

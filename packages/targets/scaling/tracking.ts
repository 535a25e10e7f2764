// What a manifest's `scaling` is as target tracking, and back. Auto Scaling and Application Auto Scaling take the same shape for it.
// Pure.
import { type CustomMetric, type Scaling, type Series, seriesOf } from "#core/domain/scaling.ts";

/** Of the SDK's shapes, what we set. */
export type Tracking<P extends string = string> = {
  PredefinedMetricSpecification?: { PredefinedMetricType: P; ResourceLabel?: string };
  CustomizedMetricSpecification?: {
    Namespace: string;
    MetricName: string;
    Dimensions: { Name: string; Value: string }[];
    Statistic: "Average" | "Minimum" | "Maximum" | "SampleCount" | "Sum";
  };
  TargetValue: number;
  DisableScaleIn: boolean;
};

/** As AWS tells of it: anything may be absent, and more may be there. */
export type Told = {
  PredefinedMetricSpecification?: {
    PredefinedMetricType?: string | undefined;
    ResourceLabel?: string | undefined;
  };
  CustomizedMetricSpecification?: {
    Namespace?: string | undefined;
    MetricName?: string | undefined;
    Dimensions?: { Name?: string | undefined; Value?: string | undefined }[] | undefined;
    Statistic?: string | undefined;
  };
  TargetValue?: number | undefined;
  DisableScaleIn?: boolean | undefined;
};

const REQUESTS = "ALBRequestCountPerTarget";
/** The metric counts the requests of a minute (ALB user guide, RequestCountPerTarget); people think in seconds. */
const MINUTE_SECONDS = 60;

type Place<P> = {
  loadBalancerArn: string;
  targetGroupArn: string;
  /** The platform's name of the average CPU. */
  cpu: P;
};

/** Of the environments that are kept initialised, those in use: a share on AWS, percent in a manifest. */
const UTILISATION = "LambdaProvisionedConcurrencyUtilization";
const PERCENT = 100;

/** A function's own metric, or one of somebody's. */
export function functionTracking({
  metric,
  target,
  scaleIn,
}: Pick<Scaling, "metric" | "target" | "scaleIn">): Tracking<typeof UTILISATION> {
  const rest = { DisableScaleIn: !scaleIn };
  if (typeof metric !== "string") return { ...customTracking(metric), TargetValue: target, ...rest };
  const PredefinedMetricSpecification = { PredefinedMetricType: UTILISATION } as const;
  return { PredefinedMetricSpecification, TargetValue: target / PERCENT, ...rest };
}

/** Lambda developer guide, "Types of metrics": of the version that has the provisioned concurrency. */
export function functionSeries({ metric }: Pick<Scaling, "metric">, name: string, version: string): Series[] {
  if (typeof metric !== "string") return [seriesOf(metric)];
  const dimensions = { FunctionName: name, Resource: `${name}:${version}` };
  const series = { namespace: "AWS/Lambda", name: "ProvisionedConcurrencyUtilization", dimensions };
  return [{ ...series, statistic: "Average", times: PERCENT }];
}

export function trackingOf<P extends string>(
  { metric, target, scaleIn }: Pick<Scaling, "metric" | "target" | "scaleIn">,
  { loadBalancerArn, targetGroupArn, cpu }: Place<P>,
): Tracking<P | typeof REQUESTS> {
  const rest = { DisableScaleIn: !scaleIn };
  if (metric === "requestsPerReplica") {
    const ResourceLabel = resourceLabel(loadBalancerArn, targetGroupArn);
    return {
      PredefinedMetricSpecification: { PredefinedMetricType: REQUESTS, ResourceLabel },
      TargetValue: target * MINUTE_SECONDS,
      ...rest,
    };
  }
  if (metric === "cpu")
    return { PredefinedMetricSpecification: { PredefinedMetricType: cpu }, TargetValue: target, ...rest };
  if (typeof metric === "string") throw new Error(`${metric} is no metric of this platform`);
  return { ...customTracking(metric), TargetValue: target, ...rest };
}

function customTracking({ namespace, name, dimensions = {}, statistic }: CustomMetric) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const own = { Namespace: namespace, MetricName: name, Dimensions, Statistic: statistic };
  return { CustomizedMetricSpecification: own };
}

/** `app/<balancer>/<id>/targetgroup/<group>/<id>` (Auto Scaling API reference, PredefinedMetricSpecification). */
function resourceLabel(loadBalancerArn: string, targetGroupArn: string): string {
  const balancer = loadBalancerArn.split(":loadbalancer/")[1] ?? "";
  return `${balancer}/${targetGroupArn.split(":").at(-1) ?? ""}`;
}

/** `cpu`: of what the platform averages it. */
export function trackedSeries(
  { metric }: Pick<Scaling, "metric">,
  {
    loadBalancerArn,
    targetGroupArn,
    cpu,
  }: { loadBalancerArn: string; targetGroupArn: string; cpu: Series[] },
): Series[] {
  if (metric === "cpu") return cpu;
  if (typeof metric !== "string") return [seriesOf(metric)];
  const dimensions = {
    TargetGroup: targetGroupArn.split(":").at(-1) ?? "",
    LoadBalancer: loadBalancerArn.split(":loadbalancer/")[1] ?? "",
  };
  const name = "RequestCountPerTarget";
  return [{ namespace: "AWS/ApplicationELB", name, dimensions, statistic: "Sum", times: 1 / MINUTE_SECONDS }];
}

export function isSameTracking(seen: Told | undefined, wanted: Tracking): boolean {
  return seen !== undefined && essence(seen) === essence(wanted);
}

/** What we set, in one order, whatever else AWS tells with it. */
function essence(one: Told): string {
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: own } = one;
  const dimensions = (own?.Dimensions ?? []).map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return JSON.stringify([
    [predefined?.PredefinedMetricType ?? null, predefined?.ResourceLabel ?? null],
    [own?.Namespace ?? null, own?.MetricName ?? null, own?.Statistic ?? null, dimensions],
    [one.TargetValue, one.DisableScaleIn ?? false],
  ]);
}

/** As the manifest would say it. */
export function metricOf(seen: Told | undefined): { metric: string; target: number } {
  const target = seen?.TargetValue ?? 0;
  const type = seen?.PredefinedMetricSpecification?.PredefinedMetricType;
  if (type === REQUESTS) return { metric: "requestsPerReplica", target: target / MINUTE_SECONDS };
  if (type === UTILISATION) return { metric: "provisionedConcurrencyUtilization", target: target * PERCENT };
  if (type?.endsWith("AverageCPUUtilization")) return { metric: "cpu", target };
  const own = seen?.CustomizedMetricSpecification;
  return { metric: type ?? `${own?.Namespace}/${own?.MetricName}`, target };
}

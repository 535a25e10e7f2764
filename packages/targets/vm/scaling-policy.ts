// What a manifest's `scaling` is as a target tracking policy of Auto Scaling, and back. Pure.
import type {
  PutScalingPolicyCommandInput,
  ScalingPolicy,
  TargetTrackingConfiguration,
} from "@aws-sdk/client-auto-scaling";
import type { Scaling } from "#core/domain/scaling.ts";

export type Wish = Required<
  Pick<PutScalingPolicyCommandInput, "TargetTrackingConfiguration" | "EstimatedInstanceWarmup">
>;

/** The metric counts the requests of a minute (ALB user guide, RequestCountPerTarget); people think in seconds. */
const MINUTE_SECONDS = 60;

export function wishOf(scaling: Scaling, loadBalancerArn: string, targetGroupArn: string | null): Wish {
  const { metric, target, scaleIn, warmupSeconds } = scaling;
  const rest = { DisableScaleIn: !scaleIn };
  const tracking = (): TargetTrackingConfiguration => {
    if (metric === "requestsPerReplica")
      return {
        PredefinedMetricSpecification: {
          PredefinedMetricType: "ALBRequestCountPerTarget",
          ResourceLabel: resourceLabel(loadBalancerArn, targetGroupArn ?? ""),
        },
        TargetValue: target * MINUTE_SECONDS,
        ...rest,
      };
    if (metric === "cpu")
      return {
        PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" },
        TargetValue: target,
        ...rest,
      };
    const { namespace, name, dimensions = {}, statistic } = metric;
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const own = { Namespace: namespace, MetricName: name, Dimensions, Statistic: statistic };
    return { CustomizedMetricSpecification: own, TargetValue: target, ...rest };
  };
  return { TargetTrackingConfiguration: tracking(), EstimatedInstanceWarmup: warmupSeconds };
}

/** `app/<balancer>/<id>/targetgroup/<group>/<id>` (API reference, PredefinedMetricSpecification). */
export function resourceLabel(loadBalancerArn: string, targetGroupArn: string): string {
  const balancer = loadBalancerArn.split(":loadbalancer/")[1] ?? "";
  return `${balancer}/${targetGroupArn.split(":").at(-1) ?? ""}`;
}

export function isAsWished(policy: ScalingPolicy, wish: Wish): boolean {
  const seen = policy.TargetTrackingConfiguration;
  return (
    seen !== undefined &&
    policy.EstimatedInstanceWarmup === wish.EstimatedInstanceWarmup &&
    policy.Enabled !== false &&
    essence(seen) === essence(wish.TargetTrackingConfiguration)
  );
}

/** Of a policy what we set, in one order, whatever else AWS tells with it. */
function essence(one: TargetTrackingConfiguration): string {
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: own } = one;
  const dimensions = (own?.Dimensions ?? []).map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return JSON.stringify([
    [predefined?.PredefinedMetricType ?? null, predefined?.ResourceLabel ?? null],
    [own?.Namespace ?? null, own?.MetricName ?? null, own?.Statistic ?? null, dimensions],
    [one.TargetValue, one.DisableScaleIn ?? false],
  ]);
}

/** As the manifest would say it. */
export function liveMetric({ TargetTrackingConfiguration: one }: ScalingPolicy): {
  metric: string;
  target: number;
} {
  const value = one?.TargetValue ?? 0;
  const type = one?.PredefinedMetricSpecification?.PredefinedMetricType;
  if (type === "ALBRequestCountPerTarget")
    return { metric: "requestsPerReplica", target: value / MINUTE_SECONDS };
  if (type === "ASGAverageCPUUtilization") return { metric: "cpu", target: value };
  const own = one?.CustomizedMetricSpecification;
  return { metric: type ?? `${own?.Namespace}/${own?.MetricName}`, target: value };
}

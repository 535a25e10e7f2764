// Scaling of the service that serves: a scalable target with its bounds, and one target tracking policy of ours. Looked at first, put
// where it differs, and read back. A scalable target without our policy is somebody else's; a service that goes takes ours along.
import type { Service } from "@aws-sdk/client-ecs";
import type { LiveScaling, Scaling } from "#core/domain/scaling.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import {
  deregister,
  listActivities,
  putPolicy,
  readPolicy,
  readTarget,
  register,
  type Scaled,
  serviceScaled,
} from "#targets/scaling/calls.ts";
import { isSameTracking, metricOf, trackedSeries, trackingOf } from "#targets/scaling/tracking.ts";
import { deleteService } from "./client.ts";
import { type Container, whoOf } from "./container.ts";
import { needCluster } from "./definition.ts";

/** At the end of a deployment, and where it drifted. Idempotent. */
export async function applyScaling(
  container: Container,
  target: TargetContext,
  service: Service,
): Promise<void> {
  const { scaling } = target.spec;
  if (!scaling) return stopScaling(container, target, service);
  if ((await scalingDrift(container, target, service)) === null) return;
  const resource = resourceOf(target, service);
  await register(container.clients, resource, { MinCapacity: scaling.min, MaxCapacity: scaling.max });
  await putPolicy(container.clients, resource, wishOf(target, service, scaling));
  const after = await scalingDrift(container, target, service);
  if (after !== null)
    throw new TuttiError("driver_failed", `The scaling was put and is not as it was meant: ${after}`);
}

export async function stopScaling(
  { clients }: Container,
  target: TargetContext,
  service: Service,
): Promise<void> {
  const resource = resourceOf(target, service);
  if ((await readPolicy(clients, resource)) !== null) await deregister(clients, resource);
}

/** With the policy that scales it. */
export async function takeServiceAway(
  container: Container,
  target: TargetContext,
  service: Service,
): Promise<void> {
  await stopScaling(container, target, service);
  await deleteService(container.clients, needCluster(target).arn, service.serviceName!);
}

/** What differs from the spec, in a sentence. */
export async function scalingDrift(
  { clients }: Container,
  target: TargetContext,
  service: Service,
): Promise<string | null> {
  const { scaling } = target.spec;
  const resource = resourceOf(target, service);
  const [policy, bounds] = await Promise.all([readPolicy(clients, resource), readTarget(clients, resource)]);
  if (!scaling) return policy ? "The service is scaled by a policy; the release asks for none." : null;
  if (!policy) return "The service is scaled by nothing: its policy is gone.";
  const wish = wishOf(target, service, scaling);
  const seen = policy.TargetTrackingScalingPolicyConfiguration;
  if (!isSameTracking(seen, wish) || seen?.ScaleOutCooldown !== wish.ScaleOutCooldown)
    return "The service's scaling policy is not as the release has it.";
  const [min, max] = [bounds?.MinCapacity, bounds?.MaxCapacity];
  if (min === scaling.min && max === scaling.max) return null;
  return `The service is kept from ${min} to ${max}; the release says from ${scaling.min} to ${scaling.max}.`;
}

/** What somebody set by hand, in a sentence. Where the release is scaled the count is scaling's, and where others scale the service it is theirs; none at all is no count (inspect.ts). */
export async function countDrift(
  { clients }: Container,
  target: TargetContext,
  service: Service,
): Promise<string | null> {
  const { desiredCount } = service;
  const { scaling, replicas } = target.spec;
  if (scaling || desiredCount === 0 || desiredCount === replicas) return null;
  if ((await readTarget(clients, resourceOf(target, service))) !== null) return null;
  return `The service's count is ${desiredCount}; the last deployment left ${replicas}.`;
}

export async function liveScaling(
  { clients }: Container,
  target: TargetContext,
  service: Service,
): Promise<LiveScaling | undefined> {
  const resource = resourceOf(target, service);
  const policy = await readPolicy(clients, resource);
  if (!policy) return undefined;
  const [bounds, activities] = await Promise.all([
    readTarget(clients, resource),
    listActivities(clients, resource),
  ]);
  return {
    min: bounds?.MinCapacity ?? 0,
    max: bounds?.MaxCapacity ?? 0,
    ...metricOf(policy.TargetTrackingScalingPolicyConfiguration),
    activities,
    count: service.desiredCount ?? 0,
    series: target.spec.scaling ? seriesFor(target, service, target.spec.scaling) : [],
  };
}

/** ECS knows no warm-up: after scaling out it waits for so long with the next. */
function wishOf(target: TargetContext, { loadBalancers }: Service, scaling: Scaling) {
  const place = {
    loadBalancerArn: whoOf(target).loadBalancer.arn,
    targetGroupArn: loadBalancers?.[0]?.targetGroupArn ?? "",
    cpu: "ECSServiceAverageCPUUtilization" as const,
  };
  return { ...trackingOf(scaling, place), ScaleOutCooldown: scaling.warmupSeconds };
}

function seriesFor(target: TargetContext, { serviceName = "", loadBalancers }: Service, scaling: Scaling) {
  const dimensions = {
    ClusterName: needCluster(target).arn.split("/").at(-1) ?? "",
    ServiceName: serviceName,
  };
  return trackedSeries(scaling, {
    loadBalancerArn: whoOf(target).loadBalancer.arn,
    targetGroupArn: loadBalancers?.[0]?.targetGroupArn ?? "",
    cpu: [{ namespace: "AWS/ECS", name: "CPUUtilization", dimensions, statistic: "Average" }],
  });
}

function resourceOf(target: TargetContext, { serviceName = "" }: Service): Scaled {
  return serviceScaled(needCluster(target).arn.split("/").at(-1) ?? "", serviceName);
}

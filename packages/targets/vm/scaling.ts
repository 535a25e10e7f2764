// Scaling of the group that has the traffic: its bounds, and one target tracking policy of ours. Looked at first, put where it
// differs, and read back. Policies of somebody else on the group are theirs; a group without traffic has none of ours.
import {
  DeletePolicyCommand,
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  PutScalingPolicyCommand,
  type ScalingPolicy,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  ACTIVITIES_TOLD,
  type LiveScaling,
  type Scaling,
  type ScalingActivity,
} from "#core/domain/scaling.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { isSameTracking, metricOf, trackedSeries, trackingOf } from "#targets/scaling/tracking.ts";
import { LEAST_MAX_SIZE } from "./capacity.ts";
import { callGroup, type Vm } from "./client.ts";
import { groundOf } from "./ground.ts";
import { TAGS } from "./naming.ts";
import type { SideView } from "./side.ts";

export const POLICY_NAME = "tutti-scaling";
/** Newest first; enough to find the last one that a policy caused. */
const ACTIVITIES = 50;

/** At the end of a deployment, and where it drifted. Idempotent. */
export async function applyScaling(vm: Vm, target: TargetContext, view: SideView): Promise<void> {
  const { scaling } = target.spec;
  const policy = await readPolicy(vm, view);
  if (!scaling) return policy ? stopScaling(vm, view) : undefined;
  await setBounds(vm, view, scaling.min, scaling.max);
  const wish = wishFor(target, view, scaling);
  if (policy && isAsWished(policy, wish)) return;
  await callGroup("PutScalingPolicy", (options) =>
    vm.autoscaling.send(
      new PutScalingPolicyCommand({
        AutoScalingGroupName: view.name,
        PolicyName: POLICY_NAME,
        PolicyType: "TargetTrackingScaling",
        ...wish,
      }),
      options,
    ),
  );
  const after = await readPolicy(vm, view);
  if (!after || !isAsWished(after, wish))
    throw new TuttiError(
      "driver_failed",
      `The scaling policy of ${view.name} was put and is not as it was meant.`,
    );
}

/** The bounds go first: a policy that is gone tells nobody that they were ours. */
export async function stopScaling(vm: Vm, view: SideView): Promise<void> {
  if ((await readPolicy(vm, view)) === null) return;
  await setBounds(vm, view, 0, Math.max(LEAST_MAX_SIZE, 2 * view.capacity));
  await callGroup("DeletePolicy", (options) =>
    vm.autoscaling.send(
      new DeletePolicyCommand({ AutoScalingGroupName: view.name, PolicyName: POLICY_NAME }),
      options,
    ),
  );
}

/** What differs from the spec, in sentences. A rollout moves the bounds for a while; then nothing is said of them. */
export async function scalingDrift(vm: Vm, target: TargetContext, active: SideView): Promise<string | null> {
  const { scaling } = target.spec;
  const policy = await readPolicy(vm, active);
  if (!scaling) return policy ? `${active.name} is scaled by a policy; the release asks for none.` : null;
  if (!policy) return `${active.name} is scaled by nothing: its policy is gone.`;
  if (!isAsWished(policy, wishFor(target, active, scaling)))
    return `The scaling policy of ${active.name} is not as the release has it.`;
  const [min, max] = [active.minSize, active.maxSize];
  if (active.tags[TAGS.rollout] !== undefined || (min === scaling.min && max === scaling.max)) return null;
  return `${active.name} is kept from ${min} to ${max}; the release says from ${scaling.min} to ${scaling.max}.`;
}

export async function liveScaling(
  vm: Vm,
  target: TargetContext,
  view: SideView,
): Promise<LiveScaling | undefined> {
  const policy = await readPolicy(vm, view);
  if (!policy) return undefined;
  return {
    min: view.minSize,
    max: view.maxSize,
    ...metricOf(policy.TargetTrackingConfiguration),
    count: view.desired,
    activities: await activitiesOf(vm, view),
    series: target.spec.scaling ? seriesFor(target, view, target.spec.scaling) : [],
  };
}

async function activitiesOf(vm: Vm, { name }: SideView): Promise<ScalingActivity[]> {
  const answer = await callGroup("DescribeScalingActivities", (options) =>
    vm.autoscaling.send(
      new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: ACTIVITIES }),
      options,
    ),
  );
  // "… a monitor alarm … triggered policy … changing the desired capacity": user guide, "Verify a scaling activity".
  const own = answer?.Activities?.filter(({ Cause = "" }) => Cause.includes("triggered policy")) ?? [];
  return own.slice(0, ACTIVITIES_TOLD).map((one) => ({
    at: one.StartTime!.toISOString(),
    status: one.StatusCode ?? "",
    description: one.Description ?? "",
    cause: one.Cause ?? "",
  }));
}

/** A policy that is not ours chooses the count, whoever put it. */
export async function isScaledByOthers(vm: Vm, { name }: SideView): Promise<boolean> {
  const answer = await callGroup("DescribePolicies", (options) =>
    vm.autoscaling.send(new DescribePoliciesCommand({ AutoScalingGroupName: name }), options),
  );
  return Boolean(answer?.ScalingPolicies?.some(({ PolicyName }) => PolicyName !== POLICY_NAME));
}

async function readPolicy(vm: Vm, { name }: SideView): Promise<ScalingPolicy | null> {
  const answer = await callGroup("DescribePolicies", (options) =>
    vm.autoscaling.send(
      new DescribePoliciesCommand({ AutoScalingGroupName: name, PolicyNames: [POLICY_NAME] }),
      options,
    ),
  );
  return answer?.ScalingPolicies?.[0] ?? null;
}

type Wish = ReturnType<typeof wishFor>;

function wishFor(target: TargetContext, { targetGroupArn }: SideView, scaling: Scaling) {
  const place = {
    loadBalancerArn: groundOf(target).loadBalancer.arn,
    targetGroupArn: targetGroupArn ?? "",
    cpu: "ASGAverageCPUUtilization" as const,
  };
  return {
    TargetTrackingConfiguration: trackingOf(scaling, place),
    EstimatedInstanceWarmup: scaling.warmupSeconds,
  };
}

function seriesFor(target: TargetContext, { name, targetGroupArn }: SideView, scaling: Scaling) {
  const dimensions = { AutoScalingGroupName: name };
  return trackedSeries(scaling, {
    loadBalancerArn: groundOf(target).loadBalancer.arn,
    targetGroupArn: targetGroupArn ?? "",
    cpu: [{ namespace: "AWS/EC2", name: "CPUUtilization", dimensions, statistic: "Average" }],
  });
}

function isAsWished(policy: ScalingPolicy, wish: Wish): boolean {
  return (
    policy.EstimatedInstanceWarmup === wish.EstimatedInstanceWarmup &&
    policy.Enabled !== false &&
    isSameTracking(policy.TargetTrackingConfiguration, wish.TargetTrackingConfiguration)
  );
}

async function setBounds(vm: Vm, view: SideView, MinSize: number, MaxSize: number): Promise<void> {
  if (view.minSize === MinSize && view.maxSize === MaxSize) return;
  await callGroup("UpdateAutoScalingGroup", (options) =>
    vm.autoscaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: view.name, MinSize, MaxSize }),
      options,
    ),
  );
  Object.assign(view, { minSize: MinSize, maxSize: MaxSize });
}

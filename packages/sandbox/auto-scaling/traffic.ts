// Members in the target groups of their group. Registering is by instance id, with the target group's port; leaving is
// over when the load balancer has let the target go: nothing in flight, or the deregistration delay has passed.
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError } from "../platform.ts";
import type { Group } from "./model.ts";
import { isSuspended, type State } from "./state.ts";

const POLL_MILLISECONDS = 10;

export async function enterTraffic(state: State, group: Group, ids: string[]): Promise<void> {
  if (isSuspended(group, "AddToLoadBalancer") || ids.length === 0) return;
  await Promise.all(group.targetGroupArns.map((arn) => register(state, arn, ids)));
}

export async function register({ platform }: State, arn: string, ids: string[]): Promise<void> {
  const input = { TargetGroupArn: arn, Targets: ids.map((Id) => ({ Id })) };
  try {
    await platform.call("elasticloadbalancing", "RegisterTargets", input, "root");
  } catch (error) {
    platform.log(`autoscaling: ${ids.join(", ")} cannot be registered: ${(error as Error).message}`);
  }
}

/** Takes it out of every target group. With `waits`, resolves when the last one has let it go. */
export async function leaveTraffic(state: State, arns: string[], id: string, waits: boolean): Promise<void> {
  await Promise.all(arns.map((arn) => leave(state, arn, id, waits)));
}

async function leave(state: State, arn: string, id: string, waits: boolean): Promise<void> {
  const input = { TargetGroupArn: arn, Targets: [{ Id: id }] };
  try {
    await state.platform.call("elasticloadbalancing", "DeregisterTargets", input, "root");
    while (waits && !state.stopping && (await targetState(state, arn, id)) !== "unused")
      await sleep(POLL_MILLISECONDS);
  } catch (error) {
    // A member must not be stuck on its way out.
    if (!isGone(error)) state.platform.log(`autoscaling: ${id} cannot leave ${arn}: ${error}`);
  }
}

type Health = { Target: { Id: string }; TargetHealth: { State: string; Reason?: string } };

async function targetState(state: State, arn: string, id: string): Promise<string> {
  const known = (await healthOf(state, arn)).find(({ Target }) => Target.Id === id);
  return known?.TargetHealth.State === "draining" ? "draining" : "unused";
}

/** Of all members of a target group; none where it is gone. */
export async function healthOf({ platform }: State, arn: string): Promise<Health[]> {
  try {
    const input = { TargetGroupArn: arn };
    const answer = await platform.call("elasticloadbalancing", "DescribeTargetHealth", input, "root");
    return (answer as { TargetHealthDescriptions: Health[] }).TargetHealthDescriptions;
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

export async function targetGroupExists({ platform }: State, arn: string): Promise<boolean> {
  try {
    const input = { TargetGroupArns: [arn] };
    await platform.call("elasticloadbalancing", "DescribeTargetGroups", input, "root");
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof AwsError && error.code === "TargetGroupNotFoundException";
}

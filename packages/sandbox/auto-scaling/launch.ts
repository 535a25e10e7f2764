// New members: launched from the group's template version, in the subnet with the fewest, in service as soon as EC2
// says running and the target groups know them. A launch that fails is tried again, each time after a longer pause.

import { at, beginActivity, changeActivity, endActivity } from "./activities.ts";
import type { Activity, Group, Member } from "./model.ts";
import { activeMembers, findGroup, isSuspended, type State, save, take, validation } from "./state.ts";
import { enterTraffic } from "./traffic.ts";

const FIRST_PAUSE_MILLISECONDS = 1_000;
const LONGEST_PAUSE_MILLISECONDS = 60_000;
const GROUP_TAG = "aws:autoscaling:groupName";

/** `wake` is called when something has changed that the group should look at. */
export function launchMissing(state: State, group: Group, wake: (name: string) => void): void {
  const active = activeMembers(group).length + (state.launching.get(group.name) ?? 0);
  const missing = group.desired - active;
  if (missing <= 0 || isSuspended(group, "Launch") || isWaiting(state, group.name)) return;
  // After a failure one is enough to see whether it works again.
  const count = state.backOff.has(group.name) ? 1 : missing;
  for (let index = 0; index < count; index++) {
    const cause = causeOf(state, group, active + index);
    const description = "Launching a new EC2 instance";
    const activity = beginActivity(state, group, { kind: "launch", description, cause });
    take(state.launching, group.name, 1);
    launchOne(state, group.name, subnetFor(state, group, index), activity)
      .then(() => wake(group.name))
      .catch((error: Error) => state.platform.log(`autoscaling: ${group.name}: ${error.stack ?? error}`));
  }
}

function causeOf(state: State, group: Group, before: number): string {
  if (state.replacing.has(group.name)) {
    take(state.replacing, group.name, -1);
    return `${at(state)} an instance was launched in response to an unhealthy instance needing to be replaced.`;
  }
  const because = group.because ? `${group.because}  ` : "";
  return `${because}${at(state)} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${before} to ${before + 1}.`;
}

function isWaiting(state: State, name: string): boolean {
  const pause = state.backOff.get(name);
  return pause !== undefined && pause.until > state.platform.now();
}

/**
 * Zones are kept even; `ahead` others are being launched right now. Where a launch failed, another zone is tried instead
 * (API reference, AvailabilityZoneDistribution: `balanced-best-effort` is the default).
 */
function subnetFor({ backOff }: State, group: Group, ahead: number): string {
  const sizeOf = (id: string) => activeMembers(group).filter((member) => member.subnetId === id).length;
  const { failedIn = [] } = backOff.get(group.name) ?? {};
  const others = group.subnetIds.filter((id) => !failedIn.includes(id));
  // Where all have failed, the one where it is longest ago.
  const ids = others.length > 0 ? others : failedIn.filter((id) => group.subnetIds.includes(id)).slice(0, 1);
  const sizes = new Map(ids.map((id) => [id, sizeOf(id)]));
  let chosen = ids[0]!;
  for (let launches = 0; launches <= ahead; launches++) {
    chosen = [...sizes].reduce((a, b) => (b[1] < a[1] ? b : a))[0];
    sizes.set(chosen, sizes.get(chosen)! + 1);
  }
  return chosen;
}

async function launchOne(state: State, name: string, subnetId: string, activity: Activity): Promise<void> {
  try {
    const group = findGroup(state, name);
    const { template, version } = state.pool.template(group.template.id, undefined, group.template.version);
    const number = String(version.number);
    const instance = await state.pool.launch(
      {
        LaunchTemplate: { LaunchTemplateId: template.id, Version: number },
        SubnetId: subnetId,
        MinCount: 1,
        MaxCount: 1,
      },
      { ...propagated(group), [GROUP_TAG]: name },
    );
    const { id, type, launchedAt } = instance[0]!;
    changeActivity(state, activity.id, {
      instanceId: id,
      description: `Launching a new EC2 instance: ${id}`,
      progress: 30,
    });
    const choice = { id: template.id, name: template.name, version: number };
    addMember(state, group, { id, type, subnetId, launchedAt, template: choice, activityId: activity.id });
  } catch (error) {
    const message = `${(error as Error).message}. Launching EC2 instance failed.`;
    endActivity(state, activity.id, "Failed", message);
    pause(state, name, subnetId);
  } finally {
    take(state.launching, name, -1);
  }
}

export function propagated(group: Group): Record<string, string> {
  return Object.fromEntries(group.tags.filter((tag) => tag.propagates).map(({ key, value }) => [key, value]));
}

type NewMember = Pick<Member, "id" | "type" | "subnetId" | "launchedAt" | "template" | "activityId">;

export function addMember(state: State, group: Group, member: NewMember): void {
  group.members.push({
    ...member,
    zone: state.pool.zoneOf(member.subnetId),
    lifecycle: "Pending",
    isHealthy: true,
    isProtected: group.protectsNew,
  });
  save(state, group);
}

/** EC2 says that the pending member is running. */
export async function enterService(state: State, group: Group, member: Member): Promise<void> {
  await enterTraffic(state, group, [member.id]);
  if (member.lifecycle !== "Pending") return;
  member.lifecycle = "InService";
  member.inServiceAt = state.platform.now();
  group.lastScaledAt = member.inServiceAt;
  endActivity(state, member.activityId, "Successful");
  member.activityId = undefined;
  resetPause(state, group.name);
  save(state, group);
}

/** The instance of a pending member has ended. A user who ended it is no reason to wait with the next one. */
export function launchFailed(state: State, group: Group, member: Member): void {
  const { code, message } = state.pool.instance(member.id)?.reason ?? {};
  endActivity(state, member.activityId, "Failed", message ?? "The instance was terminated.");
  if (code?.startsWith("Server.")) pause(state, group.name, member.subnetId);
}

/** The tick looks again when it is over. */
function pause(state: State, name: string, subnetId: string): void {
  const before = state.backOff.get(name);
  const failures = (before?.failures ?? 0) + 1;
  const milliseconds = Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** (failures - 1), LONGEST_PAUSE_MILLISECONDS);
  const failedIn = [...(before?.failedIn ?? []).filter((id) => id !== subnetId), subnetId];
  state.backOff.set(name, { failures, until: state.platform.now() + milliseconds, failedIn });
}

export function resetPause(state: State, name: string): void {
  state.backOff.delete(name);
}

/** Whether instances could be launched so at all; throws in the words of Auto Scaling. */
export async function checkTemplate(state: State, template: Group["template"]): Promise<void> {
  try {
    await state.pool.check({
      LaunchTemplate: { LaunchTemplateId: template.id, Version: template.version },
      MinCount: 1,
      MaxCount: 1,
    });
  } catch (error) {
    throw validation(`You must use a valid fully-formed launch template. ${(error as Error).message}`);
  }
}

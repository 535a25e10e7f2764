// Members on their way out: first out of the target groups, then, when the load balancer has let them go, terminated,
// detached or on standby. Each step can be taken again after a restart.
import { at, beginActivity, changeActivity, endActivity } from "./activities.ts";
import type { Activity, Group, LifecycleState, Member } from "./model.ts";
import { locate, type State, save } from "./state.ts";
import { leaveTraffic } from "./traffic.ts";

const DRAINING = "Waiting for ELB connection draining to finish.";

/** `atOnce`: without waiting for the load balancer. The member is gone when EC2 says terminated. */
export function terminateMember(
  state: State,
  group: Group,
  member: Member,
  cause: string,
  atOnce = false,
): Activity {
  endActivity(state, member.activityId, "Cancelled", "The instance is terminated.");
  const activity = beginActivity(state, group, {
    kind: "terminate",
    instanceId: member.id,
    description: `Terminating EC2 instance: ${member.id}`,
    cause,
  });
  move(state, group, member, "Terminating", activity.id);
  carryOnTerminating(state, group, member, atOnce);
  return activity;
}

export function carryOnTerminating(state: State, group: Group, member: Member, atOnce = false): void {
  const arns = [...group.targetGroupArns];
  if (arns.length > 0 && !atOnce)
    changeActivity(state, member.activityId, {
      status: "WaitingForELBConnectionDraining",
      message: DRAINING,
      progress: 50,
    });
  run(state, member.id, async () => {
    await leaveTraffic(state, arns, member.id, !atOnce);
    if (state.stopping) return;
    changeActivity(state, member.activityId, { status: "InProgress", message: undefined, progress: 75 });
    state.pool.terminate([member.id]);
    memberGone(state, member.id);
  });
}

/** Takes a member that EC2 has terminated out of its group, if it was on its way out. */
export function memberGone(state: State, id: string): boolean {
  const found = locate(state, id);
  const instance = state.pool.instance(id);
  if (found?.member.lifecycle !== "Terminating") return false;
  if (instance && instance.state !== "terminated") return false;
  const { group, member } = found;
  group.members = group.members.filter((one) => one !== member);
  group.lastScaledAt = state.platform.now();
  save(state, group);
  endActivity(state, member.activityId, "Successful");
  return true;
}

type Leaving = { lifecycle: "Detaching" | "EnteringStandby"; description: string; cause: string };

/** Out of the target groups, and no longer counted; EC2 keeps it running. */
export function setAside(state: State, group: Group, member: Member, leaving: Leaving): Activity {
  const { lifecycle, description, cause } = leaving;
  const activity = beginActivity(state, group, {
    kind: "other",
    instanceId: member.id,
    description: `${description}: ${member.id}`,
    cause: `${at(state)} ${cause}`,
  });
  move(state, group, member, lifecycle, activity.id);
  carryOnSettingAside(state, group, member);
  return activity;
}

export function carryOnSettingAside(state: State, group: Group, member: Member): void {
  const arns = [...group.targetGroupArns];
  run(state, member.id, async () => {
    await leaveTraffic(state, arns, member.id, true);
    if (state.stopping) return;
    if (member.lifecycle === "EnteringStandby") member.lifecycle = "Standby";
    if (member.lifecycle === "Detaching") letGo(state, group, member);
    endActivity(state, member.activityId, "Successful");
    member.activityId = undefined;
    save(state, group);
  });
}

/** A detached instance carries nothing that says whose it was. */
function letGo(state: State, group: Group, { id }: Member): void {
  group.members = group.members.filter((one) => one.id !== id);
  const { "aws:autoscaling:groupName": _group, ...tags } = state.pool.instance(id)?.tags ?? {};
  state.pool.retag(id, tags);
}

function move(
  state: State,
  group: Group,
  member: Member,
  lifecycle: LifecycleState,
  activityId: string,
): void {
  member.lifecycle = lifecycle;
  member.activityId = activityId;
  save(state, group);
}

function run(state: State, id: string, step: () => Promise<void>): void {
  step().catch((error: Error) => state.platform.log(`autoscaling: ${id}: ${error.stack ?? error}`));
}

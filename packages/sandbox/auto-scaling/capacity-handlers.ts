// How many there are to be, and what is to become of single members.
import type {
  AttachInstancesQuery,
  DetachInstancesQuery,
  EnterStandbyQuery,
  ExitStandbyQuery,
  SetDesiredCapacityType,
  SetInstanceHealthQuery,
  SetInstanceProtectionQuery,
  TerminateInstanceInAutoScalingGroupType,
} from "@aws-sdk/client-auto-scaling";
import { AwsError, type Handler } from "../platform.ts";
import { at, beginActivity, describeActivity, endActivity } from "./activities.ts";
import { type Control, inGrace } from "./control.ts";
import { addMember, resetPause } from "./launch.ts";
import type { Group, Member } from "./model.ts";
import { setAside, terminateMember } from "./retire.ts";
import { findLiveGroup, findMember, requireLocated, type State, save, validation } from "./state.ts";
import { enterTraffic } from "./traffic.ts";

export function capacityHandlers(state: State, control: Control): Record<string, Handler> {
  return {
    SetDesiredCapacity: (input: SetDesiredCapacityType) => {
      const group = findLiveGroup(state, input.AutoScalingGroupName);
      setDesired(state, group, input.DesiredCapacity ?? 0, input.HonorCooldown === true);
      control.look(group.name);
      return {};
    },
    TerminateInstanceInAutoScalingGroup: (input: TerminateInstanceInAutoScalingGroupType) => {
      const { group, member } = requireLocated(state, input.InstanceId);
      const shrinks = input.ShouldDecrementDesiredCapacity === true;
      const activity = terminateOne(state, group, member, shrinks);
      control.look(group.name);
      return { Activity: describeActivity(activity) };
    },
    SetInstanceHealth: (input: SetInstanceHealthQuery) => {
      const { group, member } = requireLocated(state, input.InstanceId);
      setHealth(state, group, member, input);
      control.look(group.name);
      return {};
    },
    SetInstanceProtection: (input: SetInstanceProtectionQuery) => {
      const group = findLiveGroup(state, input.AutoScalingGroupName);
      for (const member of (input.InstanceIds ?? []).map((id) => findMember(group, id)))
        member.isProtected = input.ProtectedFromScaleIn === true;
      save(state, group);
      control.look(group.name);
      return {};
    },
    DetachInstances: (input: DetachInstancesQuery) => {
      const group = findLiveGroup(state, input.AutoScalingGroupName);
      return aside(state, control, group, input, {
        lifecycle: "Detaching",
        description: "Detaching EC2 instance",
        cause: "an instance was detached in response to a user request.",
      });
    },
    AttachInstances: (input: AttachInstancesQuery) => {
      const group = findLiveGroup(state, input.AutoScalingGroupName);
      attach(state, group, input.InstanceIds ?? []);
      control.look(group.name);
      return {};
    },
    EnterStandby: (input: EnterStandbyQuery) => {
      const group = findLiveGroup(state, input.AutoScalingGroupName);
      return aside(state, control, group, input, {
        lifecycle: "EnteringStandby",
        description: "Moving EC2 instance to Standby",
        cause: "an instance was moved to standby in response to a user request.",
      });
    },
    ExitStandby: (input: ExitStandbyQuery) => {
      const group = findLiveGroup(state, input.AutoScalingGroupName);
      return { Activities: exitStandby(state, group, input.InstanceIds ?? []).map(describeActivity) };
    },
  };
}

function setDesired(state: State, group: Group, desired: number, honorsCooldown: boolean): void {
  if (desired > group.maxSize)
    throw validation(
      `New SetDesiredCapacity value ${desired} is above max value ${group.maxSize} for the AutoScalingGroup.`,
    );
  if (desired < group.minSize)
    throw validation(
      `New SetDesiredCapacity value ${desired} is below min value ${group.minSize} for the AutoScalingGroup.`,
    );
  const cooldown = (group.cooldownSeconds * 1_000) / state.platform.timeScale;
  if (honorsCooldown && state.platform.now() < (group.lastScaledAt ?? 0) + cooldown)
    throw new AwsError(
      "ScalingActivityInProgressFault",
      `The cooldown of AutoScalingGroup ${group.name} is in effect.`,
    );
  if (desired !== group.desired)
    group.because = `${at(state)} a user request explicitly set group desired capacity changing the desired capacity from ${group.desired} to ${desired}.`;
  group.desired = desired;
  resetPause(state, group.name);
  save(state, group);
}

function terminateOne(state: State, group: Group, member: Member, shrinks: boolean) {
  if (member.lifecycle === "Terminating")
    throw validation(`The instance ${member.id} is already being terminated.`);
  const from = group.desired;
  if (shrinks && group.desired <= group.minSize)
    throw validation(
      `Currently, desiredSize equals minSize (${group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  // One on standby does not count towards the capacity.
  if (shrinks && member.lifecycle !== "Standby") group.desired -= 1;
  const shrinking = group.desired < from ? `, shrinking the capacity from ${from} to ${group.desired}` : "";
  const cause = `${at(state)} instance ${member.id} was taken out of service in response to a user request${shrinking}.`;
  return terminateMember(state, group, member, cause);
}

/** The word of a user counts at once, within the grace only where it is asked to. */
function setHealth(state: State, group: Group, member: Member, input: SetInstanceHealthQuery): void {
  if (input.HealthStatus !== "Healthy" && input.HealthStatus !== "Unhealthy")
    throw validation(`HealthStatus '${input.HealthStatus}' is neither Healthy nor Unhealthy`);
  if ((input.ShouldRespectGracePeriod ?? true) && inGrace(state, group, member)) return;
  member.isHealthy = input.HealthStatus === "Healthy";
  member.unhealthyBecause = member.isHealthy ? undefined : "user health-check";
  save(state, group);
}

type Aside = { InstanceIds?: string[]; ShouldDecrementDesiredCapacity: boolean | undefined };

function aside(
  state: State,
  control: Control,
  group: Group,
  { InstanceIds = [], ShouldDecrementDesiredCapacity: shrinks }: Aside,
  leaving: Parameters<typeof setAside>[3],
) {
  const members = InstanceIds.map((id) => findMember(group, id));
  for (const { id, lifecycle } of members)
    if (lifecycle !== "InService" && !(lifecycle === "Standby" && leaving.lifecycle === "Detaching"))
      throw validation(`The instance ${id} is not in InService.`);
  const counted = members.filter(({ lifecycle }) => lifecycle === "InService").length;
  if (shrinks && group.desired - counted < group.minSize)
    throw validation(
      `AutoScalingGroup ${group.name} has min-size=${group.minSize}, max-size=${group.maxSize}, and desired-size=${group.desired}. To place into standby or detach ${counted} instances, please update the AutoScalingGroup sizes appropriately.`,
    );
  if (shrinks) group.desired -= counted;
  const activities = members.map((member) => setAside(state, group, member, leaving));
  control.look(group.name);
  return { Activities: activities.map(describeActivity) };
}

function exitStandby(state: State, group: Group, ids: string[]) {
  const members = ids.map((id) => findMember(group, id));
  const other = members.find(({ lifecycle }) => lifecycle !== "Standby");
  if (other) throw validation(`The instance ${other.id} is not in Standby.`);
  checkRoom(group, members.length);
  group.desired += members.length;
  return members.map((member) => {
    const activity = beginActivity(state, group, {
      kind: "other",
      instanceId: member.id,
      description: `Moving EC2 instance out of Standby: ${member.id}`,
      cause: `${at(state)} an instance was moved out of standby in response to a user request.`,
    });
    member.lifecycle = "InService";
    save(state, group);
    enterTraffic(state, group, [member.id])
      .then(() => endActivity(state, activity.id, "Successful"))
      .catch((error: Error) => state.platform.log(`autoscaling: ${member.id}: ${error.message}`));
    return activity;
  });
}

function checkRoom(group: Group, count: number): void {
  if (group.desired + count > group.maxSize)
    throw validation(
      `AutoScalingGroup ${group.name} has max-size=${group.maxSize} and desired-size=${group.desired}: there is no room for ${count} more.`,
    );
}

/** Instances that run and belong to no group; what they were launched from is what the group launches from. */
function attach(state: State, group: Group, ids: string[]): void {
  const instances = ids.map((id) => {
    const instance = state.pool.instance(id);
    if (instance?.state === "running" && !instance.tags["aws:autoscaling:groupName"]) return instance;
    throw validation(`Instance ${id} is not running or is in a group already.`);
  });
  checkRoom(group, ids.length);
  group.desired += ids.length;
  for (const { id, type, subnetId, launchedAt, tags } of instances) {
    const version = tags["aws:ec2launchtemplate:version"] ?? "0";
    addMember(state, group, {
      id,
      type,
      subnetId,
      launchedAt,
      template: { ...group.template, version },
      activityId: undefined,
    });
    state.pool.retag(id, { ...tags, "aws:autoscaling:groupName": group.name });
  }
}

// All that Auto Scaling knows. Groups are changed in place and saved; whoever waited for something looks its group and
// member up again, since both may be gone by then.
import { join } from "node:path";
import type { InstancePool } from "../ec2/service.ts";
import { type Documents, openDocuments } from "../ground/documents.ts";
import { type JsonFile, jsonFile } from "../json-file.ts";
import { AwsError, type Platform } from "../platform.ts";
import type { Activity, Group, Member } from "./model.ts";

export type State = {
  platform: Platform;
  pool: InstancePool;
  groups: Documents<Group>;
  /** Oldest first. */
  activities: Activity[];
  activityFile: JsonFile<Activity[]>;
  /** Launches under way that have no instance yet, by group. */
  launching: Map<string, number>;
  /** Members to be replaced since they were unhealthy, by group: the cause of the next launches. */
  replacing: Map<string, number>;
  /** Groups whose last launch failed, when they try again, and in which subnets not before the others were tried. */
  backOff: Map<string, { failures: number; until: number; failedIn: string[] }>;
  /** Members that are being put into service. */
  entering: Set<string>;
  /** Work under way; a stop waits for none of it, a start carries it on. */
  stopping: boolean;
};

export function openState(platform: Platform, pool: InstancePool): State {
  const directory = join(platform.directory, "autoscaling");
  const activityFile = jsonFile<Activity[]>(join(directory, "activities.json"));
  return {
    platform,
    pool,
    groups: openDocuments(join(directory, "groups")),
    activities: activityFile.read() ?? [],
    activityFile,
    launching: new Map(),
    replacing: new Map(),
    backOff: new Map(),
    entering: new Set(),
    stopping: false,
  };
}

export function save(state: State, group: Group): void {
  state.groups.set(group.name, group);
}

export function validation(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

export function findGroup(state: State, name: string | undefined): Group {
  const group = state.groups.get(name ?? "");
  if (!group) throw validation(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
  return group;
}

/** One that may still be changed. */
export function findLiveGroup(state: State, name: string | undefined): Group {
  const group = findGroup(state, name);
  if (group.isDeleting)
    throw new AwsError("ScalingActivityInProgressFault", `AutoScalingGroup '${name}' is being deleted.`);
  return group;
}

export function findMember(group: Group, id: string): Member {
  const member = group.members.find((one) => one.id === id);
  if (member) return member;
  throw validation(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
}

/** The group of an instance and the instance in it, wherever that is. */
export function locate(state: State, id: string | undefined): { group: Group; member: Member } | undefined {
  for (const group of state.groups.list()) {
    const member = group.members.find((one) => one.id === id);
    if (member) return { group, member };
  }
  return undefined;
}

export function requireLocated(state: State, id: string | undefined): { group: Group; member: Member } {
  const found = locate(state, id);
  if (found) return found;
  throw validation(`Instance Id not found - No managed instance found for instance ID: ${id}`);
}

/** Those that count towards the desired capacity. */
export function activeMembers(group: Group): Member[] {
  return group.members.filter(({ lifecycle }) => lifecycle === "Pending" || lifecycle === "InService");
}

export function isSuspended(group: Group, process: string): boolean {
  return group.suspended.includes(process);
}

export function take(counts: Map<string, number>, name: string, change: number): number {
  const after = Math.max(0, (counts.get(name) ?? 0) + change);
  if (after === 0) counts.delete(name);
  else counts.set(name, after);
  return after;
}

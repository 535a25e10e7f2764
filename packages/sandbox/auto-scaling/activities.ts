// Activities: what a group did, why, and how it ended. They tell in the sentences that people know from AWS.
import { randomUUID } from "node:crypto";
import type { Activity as WireActivity } from "@aws-sdk/client-auto-scaling";
import type { Activity, Group } from "./model.ts";
import type { State } from "./state.ts";

/** What is kept; AWS keeps six weeks. */
const MAX_ACTIVITIES = 1_000;

type Beginning = Pick<Activity, "kind" | "description" | "cause" | "instanceId">;

export function beginActivity(state: State, group: Group, beginning: Beginning): Activity {
  const activity: Activity = {
    id: randomUUID(),
    groupName: group.name,
    groupArn: group.arn,
    status: "InProgress",
    progress: 0,
    startedAt: state.platform.now(),
    ...beginning,
  };
  state.activities.push(activity);
  state.activities.splice(0, state.activities.length - MAX_ACTIVITIES);
  saveActivities(state);
  return activity;
}

export function changeActivity(state: State, id: string | undefined, part: Partial<Activity>): void {
  const activity = state.activities.find((one) => one.id === id);
  if (!activity || activity.endedAt !== undefined) return;
  Object.assign(activity, part);
  saveActivities(state);
}

export function endActivity(
  state: State,
  id: string | undefined,
  status: "Successful" | "Failed" | "Cancelled",
  message?: string,
): void {
  const activity = state.activities.find((one) => one.id === id);
  if (!activity || activity.endedAt !== undefined) return;
  const endedAt = state.platform.now();
  changeActivity(state, id, { status, progress: 100, endedAt, ...(message && { message }) });
  announce(state, activity);
}

// Auto Scaling user guide, "Amazon EC2 Auto Scaling event reference".
function announce({ platform }: State, activity: Activity): void {
  if (activity.kind === "other") return;
  const what = activity.kind === "launch" ? "Launch" : "Terminate";
  const outcome = activity.status === "Successful" ? "Successful" : "Unsuccessful";
  const detail = {
    ActivityId: activity.id,
    AutoScalingGroupName: activity.groupName,
    EC2InstanceId: activity.instanceId,
    StatusCode: activity.status,
    StatusMessage: activity.message ?? "",
    Cause: activity.cause,
  };
  platform.emit("aws.autoscaling", `EC2 Instance ${what} ${outcome}`, detail, [activity.groupArn]);
}

function saveActivities({ activityFile, activities, platform }: State): void {
  activityFile
    .save(() => activities)
    .catch((error: Error) => platform.log(`autoscaling: activities: ${error.message}`));
}

/** `At 2026-11-26T01:02:03Z`, as causes begin. */
export function at(state: State): string {
  return `At ${new Date(state.platform.now()).toISOString().replace(/\.\d+Z/, "Z")}`;
}

export function describeActivity(one: Activity): WireActivity {
  return {
    ActivityId: one.id,
    AutoScalingGroupName: one.groupName,
    AutoScalingGroupARN: one.groupArn,
    Description: one.description,
    Cause: one.cause,
    StartTime: new Date(one.startedAt),
    ...(one.endedAt !== undefined && { EndTime: new Date(one.endedAt) }),
    StatusCode: one.status,
    StatusMessage: one.message,
    Progress: one.progress,
    Details: "{}",
  };
}

// What Auto Scaling remembers: groups with their members and policies, and the activities that tell what was done and why.
import type { TargetTrackingConfiguration } from "@aws-sdk/client-auto-scaling";
import type { AlarmNames } from "../target-tracking/alarms.ts";

export type LifecycleState =
  | "Pending"
  | "InService"
  | "Terminating"
  | "Detaching"
  | "EnteringStandby"
  | "Standby";

export type TemplateChoice = {
  id: string;
  name: string;
  /** In a group: a number, `$Latest` or `$Default`. In a member: the number that it was launched with. */
  version: string;
};

export type Member = {
  id: string;
  type: string;
  zone: string;
  subnetId: string;
  template: TemplateChoice;
  lifecycle: LifecycleState;
  isHealthy: boolean;
  /** Who says that it is not, where EC2 has nothing to say against it. */
  unhealthyBecause?: string;
  isProtected: boolean;
  launchedAt: number;
  inServiceAt?: number;
  /** The activity that is under way for it. */
  activityId?: string;
};

export type GroupTag = { key: string; value: string; propagates: boolean };

export type Policy = {
  name: string;
  arn: string;
  configuration: TargetTrackingConfiguration;
  warmupSeconds?: number | undefined;
  alarms: AlarmNames;
};

export type Group = {
  name: string;
  arn: string;
  createdAt: number;
  template: TemplateChoice;
  minSize: number;
  maxSize: number;
  desired: number;
  cooldownSeconds: number;
  subnetIds: string[];
  targetGroupArns: string[];
  checksBalancer: boolean;
  graceSeconds: number;
  terminationPolicies: string[];
  suspended: string[];
  protectsNew: boolean;
  warmupSeconds?: number;
  tags: GroupTag[];
  members: Member[];
  isDeleting: boolean;
  /** Why the capacity is to change, in words for the activities; until it has changed. */
  because?: string;
  lastScaledAt?: number;
  policies?: Policy[];
  /** When a policy last took one away. */
  scaledInAt?: number;
};

export type Activity = {
  id: string;
  groupName: string;
  groupArn: string;
  description: string;
  cause: string;
  kind: "launch" | "terminate" | "other";
  instanceId?: string;
  status: "InProgress" | "WaitingForELBConnectionDraining" | "Successful" | "Failed" | "Cancelled";
  message?: string;
  progress: number;
  startedAt: number;
  endedAt?: number;
};

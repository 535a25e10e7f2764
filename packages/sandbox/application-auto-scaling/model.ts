// What Application Auto Scaling remembers: scalable targets with their policies, and what was done to them.

import { join } from "node:path";
import type {
  ScalingActivity,
  TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import { type Documents, openDocuments } from "../ground/documents.ts";
import { AwsError, type Platform } from "../platform.ts";
import type { AlarmNames } from "../target-tracking/alarms.ts";

export type Policy = {
  name: string;
  arn: string;
  configuration: TargetTrackingScalingPolicyConfiguration;
  alarms: AlarmNames;
  createdAt: number;
};

export type ScalableTarget = {
  /** `service/<cluster>/<service>` */
  resourceId: string;
  arn: string;
  min: number;
  max: number;
  isSuspended: { in: boolean; out: boolean };
  policies: Policy[];
  /** Newest first; dates as text. */
  activities: (Omit<ScalingActivity, "StartTime" | "EndTime"> & { startedAt: number; endedAt: number })[];
  createdAt: number;
  scaledOutAt?: number;
  /** How many there were before that. */
  counted?: number;
  scaledInAt?: number;
};

export type State = { platform: Platform; targets: Documents<ScalableTarget> };

export const NAMESPACE = "ecs";
export const DIMENSION = "ecs:service:DesiredCount";

export function openState(platform: Platform): State {
  return { platform, targets: openDocuments(join(platform.directory, "application-autoscaling")) };
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

export function missing(what: string): AwsError {
  return new AwsError(
    "NotImplemented",
    `The sandbox does not implement ${what} of Application Auto Scaling.`,
  );
}

type Named = {
  ServiceNamespace?: string | undefined;
  ScalableDimension?: string | undefined;
};

/** Only the desired count of ECS services. */
export function checkNamespace({ ServiceNamespace, ScalableDimension }: Named): void {
  if (ServiceNamespace !== NAMESPACE) throw missing(`the namespace ${ServiceNamespace}`);
  if (ScalableDimension !== undefined && ScalableDimension !== DIMENSION)
    throw invalid(`Unsupported service namespace, resource type or scalable dimension: ${ScalableDimension}`);
}

export function placeOf(resourceId: string | undefined): { cluster: string; service: string } {
  const match = /^service\/([^/]+)\/([^/]+)$/.exec(resourceId ?? "");
  if (!match) throw invalid(`ResourceId must be service/<cluster>/<service>, not ${resourceId}`);
  return { cluster: match[1]!, service: match[2]! };
}

export function need(state: State, resourceId: string | undefined): ScalableTarget {
  const found = state.targets.get(resourceId ?? "");
  if (found) return found;
  throw new AwsError(
    "ObjectNotFoundException",
    `No scalable target registered for service namespace: ecs, resource ID: ${resourceId}, scalable dimension: ${DIMENSION}`,
  );
}

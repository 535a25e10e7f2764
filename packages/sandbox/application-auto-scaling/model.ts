// What Application Auto Scaling remembers: scalable targets with their policies, and what was done to them.

import { join } from "node:path";
import type {
  ScalingActivity,
  TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import { type Documents, openDocuments } from "../ground/documents.ts";
import { AwsError, type Platform } from "../platform.ts";
import type { AlarmNames } from "../target-tracking/alarms.ts";
import { namespaceOf, scaledOf } from "./scaled.ts";

export type Policy = {
  name: string;
  arn: string;
  configuration: TargetTrackingScalingPolicyConfiguration;
  alarms: AlarmNames;
  createdAt: number;
};

export type ScalableTarget = {
  /** `service/<cluster>/<service>`, or `function:<name>:<version>`. */
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

/** Throws where the dimension is not the namespace's. */
export function checkNamespace({ ServiceNamespace, ScalableDimension }: Named): void {
  const { dimension } = scaledOf(ServiceNamespace);
  if (ScalableDimension !== undefined && ScalableDimension !== dimension)
    throw invalid(`Unsupported service namespace, resource type or scalable dimension: ${ScalableDimension}`);
}

/** How the wire names what a target scales. */
export function placeOf({
  resourceId,
}: Pick<ScalableTarget, "resourceId">): Required<
  Pick<ScalingActivity, "ServiceNamespace" | "ResourceId" | "ScalableDimension">
> {
  const ServiceNamespace = namespaceOf(resourceId);
  return {
    ServiceNamespace,
    ResourceId: resourceId,
    ScalableDimension: scaledOf(ServiceNamespace).dimension,
  };
}

export function need(state: State, resourceId: string | undefined): ScalableTarget {
  const found = state.targets.get(resourceId ?? "");
  if (found) return found;
  throw new AwsError(
    "ObjectNotFoundException",
    `No scalable target registered for service namespace: ${namespaceOf(resourceId ?? "")}, resource ID: ${resourceId}`,
  );
}

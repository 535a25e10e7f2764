// A project and a build as they are kept: the SDK's own shapes, with instants as numbers.
import type * as codebuild from "@aws-sdk/client-codebuild";
import { AwsError, type Platform } from "../platform.ts";

export type Project = {
  name: string;
  arn: string;
  description?: string;
  source: codebuild.ProjectSource;
  artifacts: codebuild.ProjectArtifacts;
  environment: codebuild.ProjectEnvironment;
  serviceRole: string;
  timeoutInMinutes: number;
  queuedTimeoutInMinutes: number;
  logsConfig?: codebuild.LogsConfig;
  tags: codebuild.Tag[];
  created: number;
  lastModified: number;
  lastBuildNumber: number;
};

export type Phase = {
  phaseType: codebuild.BuildPhaseType;
  phaseStatus?: codebuild.StatusType;
  startTime: number;
  endTime?: number;
  contexts?: codebuild.PhaseContext[];
};

export type Build = {
  /** `project:uuid` */
  id: string;
  arn: string;
  project: string;
  number: number;
  status: codebuild.StatusType;
  phases: Phase[];
  startTime: number;
  endTime?: number;
  source: codebuild.ProjectSource;
  environment: codebuild.ProjectEnvironment;
  serviceRole: string;
  timeoutInMinutes: number;
  queuedTimeoutInMinutes: number;
  logsConfig?: codebuild.LogsConfig;
  initiator: string;
  exported?: codebuild.ExportedEnvironmentVariable[];
  idempotency?: { token: string; request: string };
};

export function arnOf(platform: Platform, kind: "project" | "build", name: string): string {
  return `arn:aws:codebuild:${platform.region}:${platform.accountId}:${kind}/${name}`;
}

export function invalid(message: string): AwsError {
  return new AwsError("InvalidInputException", message);
}

export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}

/** `bucket` and key of an object that a build's log goes to, where its project asks for it. */
export function s3LogOf(build: Build): { Bucket: string; Key: string } | undefined {
  const { status, location = "" } = build.logsConfig?.s3Logs ?? {};
  if (status !== "ENABLED") return undefined;
  const [bucket = "", ...prefix] = location.replace(/^arn:aws:s3:::/, "").split("/");
  const name = `${build.id.slice(build.id.indexOf(":") + 1)}.gz`;
  return { Bucket: bucket, Key: [...prefix.filter((part) => part !== ""), name].join("/") };
}

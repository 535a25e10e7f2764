// What a project, or a build that overrides parts of it, may ask for here. Whatever is not implemented is refused by its
// name. Limits: the CodeBuild API Reference, CreateProject.
import type * as codebuild from "@aws-sdk/client-codebuild";
import { parseBuildspec } from "./buildspec.ts";
import { invalid } from "./model.ts";

const ENVIRONMENTS = ["LINUX_CONTAINER", "ARM_CONTAINER"];

export function checkSource(source: codebuild.ProjectSource | undefined): codebuild.ProjectSource {
  if (source?.type === "NO_SOURCE") {
    if (!source.buildspec) throw invalid("Invalid project source: NO_SOURCE needs a buildspec");
  } else if (source?.type === "S3") {
    if (!/^[^/]+\/.+/.test((source.location ?? "").replace(/^arn:aws:s3:::/, "")))
      throw invalid("Invalid project source: location must be a valid S3 source: bucket/key");
  } else
    throw invalid(
      `Invalid project source: type ${source?.type} is not available in this sandbox: S3, NO_SOURCE`,
    );
  if (source.buildspec?.includes("\n")) parseBuildspec(source.buildspec);
  return source;
}

export function checkArtifacts(
  artifacts: codebuild.ProjectArtifacts | undefined,
): codebuild.ProjectArtifacts {
  if (artifacts?.type === "NO_ARTIFACTS") return artifacts;
  throw invalid(`Invalid artifacts: type ${artifacts?.type} is not available in this sandbox: NO_ARTIFACTS`);
}

export function checkEnvironment(
  environment: codebuild.ProjectEnvironment | undefined,
): codebuild.ProjectEnvironment {
  if (!environment?.image || !environment.computeType)
    throw invalid("Invalid environment: image and computeType are required");
  if (!ENVIRONMENTS.includes(environment.type ?? ""))
    throw invalid(
      `Invalid environment: type ${environment.type} is not available in this sandbox: ${ENVIRONMENTS.join(", ")}`,
    );
  checkVariables(environment.environmentVariables);
  return environment;
}

export function checkVariables(variables: codebuild.EnvironmentVariable[] = []): void {
  for (const { name = "", type = "PLAINTEXT" } of variables) {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw invalid(`Invalid environment variable name: ${name}`);
    if (type !== "PLAINTEXT")
      throw invalid(`Environment variable ${name}: type ${type} is not available in this sandbox: PLAINTEXT`);
  }
}

export function checkMinutes(name: string, minutes: number | undefined, standard: number): number {
  if (minutes === undefined) return standard;
  if (Number.isInteger(minutes) && minutes >= 5 && minutes <= 2160) return minutes;
  throw invalid(`Invalid ${name}: it is 5 to 2160 minutes`);
}

export function checkLogs(logs: codebuild.LogsConfig | undefined): codebuild.LogsConfig | undefined {
  if (logs?.cloudWatchLogs?.status === "ENABLED")
    throw invalid("logsConfig.cloudWatchLogs is not available in this sandbox: there is s3Logs");
  if (logs?.s3Logs?.status === "ENABLED" && !logs.s3Logs.location)
    throw invalid("Invalid logsConfig: s3Logs needs a location");
  return logs;
}

/** Refuses every member of a request that is not in the list. */
export function checkMembers(input: object, known: string[]): void {
  const other = Object.entries(input).find(([name, value]) => value !== undefined && !known.includes(name));
  if (other) throw invalid(`${other[0]} is not available in this sandbox`);
}

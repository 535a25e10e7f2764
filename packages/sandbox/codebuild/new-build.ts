// A build's record from its project and what StartBuild overrides.
import { randomUUID } from "node:crypto";
import type * as codebuild from "@aws-sdk/client-codebuild";
import type { Platform } from "../platform.ts";
import {
  checkEnvironment,
  checkLogs,
  checkMembers,
  checkMinutes,
  checkSource,
  checkVariables,
} from "./checks.ts";
import { arnOf, type Build, type Project } from "./model.ts";

const MEMBERS =
  "projectName sourceTypeOverride sourceLocationOverride buildspecOverride environmentVariablesOverride environmentTypeOverride imageOverride computeTypeOverride privilegedModeOverride serviceRoleOverride timeoutInMinutesOverride queuedTimeoutInMinutesOverride logsConfigOverride idempotencyToken".split(
    " ",
  );

/** Throws InvalidInputException. */
export function newBuild(
  platform: Platform,
  project: Project,
  input: codebuild.StartBuildInput,
  principal: string,
): Build {
  checkMembers(input, MEMBERS);
  const id = `${project.name}:${randomUUID()}`;
  const now = platform.now();
  const submitted = {
    phaseType: "SUBMITTED" as const,
    phaseStatus: "SUCCEEDED" as const,
    startTime: now,
    endTime: now,
  };
  return {
    id,
    arn: arnOf(platform, "build", id),
    project: project.name,
    number: project.lastBuildNumber + 1,
    status: "IN_PROGRESS",
    phases: [submitted],
    startTime: now,
    source: checkSource({
      ...project.source,
      type: input.sourceTypeOverride ?? project.source.type,
      location: input.sourceLocationOverride ?? project.source.location,
      buildspec: input.buildspecOverride ?? project.source.buildspec,
    }),
    environment: environmentOf(project, input),
    serviceRole: input.serviceRoleOverride ?? project.serviceRole,
    timeoutInMinutes: checkMinutes(
      "timeoutInMinutesOverride",
      input.timeoutInMinutesOverride,
      project.timeoutInMinutes,
    ),
    queuedTimeoutInMinutes: checkMinutes(
      "queuedTimeoutInMinutesOverride",
      input.queuedTimeoutInMinutesOverride,
      project.queuedTimeoutInMinutes,
    ),
    logsConfig: checkLogs(input.logsConfigOverride ?? project.logsConfig),
    initiator: principal.replace(/^arn:aws:iam::\d*:role\//, ""),
    idempotency: input.idempotencyToken
      ? { token: input.idempotencyToken, request: JSON.stringify(input) }
      : undefined,
  };
}

function environmentOf(project: Project, input: codebuild.StartBuildInput): codebuild.ProjectEnvironment {
  const { environment } = project;
  checkVariables(input.environmentVariablesOverride);
  const variables = [
    ...(environment.environmentVariables ?? []),
    ...(input.environmentVariablesOverride ?? []),
  ];
  return checkEnvironment({
    ...environment,
    type: input.environmentTypeOverride ?? environment.type,
    image: input.imageOverride ?? environment.image,
    computeType: input.computeTypeOverride ?? environment.computeType,
    privilegedMode: input.privilegedModeOverride ?? environment.privilegedMode,
    environmentVariables: [...new Map(variables.map((one) => [one.name, one])).values()],
  });
}

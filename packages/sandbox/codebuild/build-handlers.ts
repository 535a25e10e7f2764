// Builds: started, answered, stopped, listed.
import type * as codebuild from "@aws-sdk/client-codebuild";
import type { Documents } from "../ground/documents.ts";
import { pageOf } from "../machines/pages.ts";
import type { Handler, Platform } from "../platform.ts";
import type { Builds } from "./builds.ts";
import { type Build, invalid, notFound, type Phase, type Project, s3LogOf } from "./model.ts";
import { newBuild } from "./new-build.ts";
import { findProject } from "./projects.ts";

/** StartBuild, idempotencyToken: "valid for 5 minutes after the StartBuild request" (CodeBuild API Reference). */
const IDEMPOTENCY_MS = 5 * 60_000;
/** ListBuildsForProject answers so many at once, as BatchGetBuilds takes them (the same). */
const PAGE = 100;

export function buildHandlers(
  platform: Platform,
  projects: Documents<Project>,
  builds: Builds,
): Record<string, Handler> {
  return {
    StartBuild(input: codebuild.StartBuildInput, { principal }) {
      const project = findProject(projects, input.projectName);
      const earlier = earlierBuild(builds, input, platform.now());
      if (earlier) return { build: describe(earlier) };
      const build = newBuild(platform, project, input, principal);
      projects.set(project.name, { ...project, lastBuildNumber: build.number });
      builds.start(build);
      return { build: describe(build) };
    },
    BatchGetBuilds({ ids = [] }: codebuild.BatchGetBuildsInput) {
      if (ids.length < 1 || ids.length > 100) throw invalid("Invalid ids: 1 to 100 are taken");
      const found = ids.map((id) => builds.get(idOf(id)));
      return {
        builds: found.filter((build) => build !== undefined).map(describe),
        buildsNotFound: ids.filter((_, index) => !found[index]),
      };
    },
    StopBuild({ id = "" }: codebuild.StopBuildInput) {
      const build = builds.get(idOf(id));
      if (!build) throw notFound(`Build cannot be found: ${id}`);
      builds.cut(build.id, { status: "STOPPED", message: "Build has been stopped." });
      return { build: describe(builds.get(build.id)!) };
    },
    ListBuildsForProject(input: codebuild.ListBuildsForProjectInput) {
      const { name } = findProject(projects, input.projectName);
      const ids = builds.list().flatMap((build) => (build.project === name ? [build.id] : []));
      const sorted = input.sortOrder === "ASCENDING" ? ids : ids.reverse();
      const page = pageOf(sorted, PAGE, input.nextToken);
      return { ids: page.items, nextToken: page.next };
    },
  };
}

function earlierBuild(builds: Builds, input: codebuild.StartBuildInput, now: number): Build | undefined {
  const token = input.idempotencyToken;
  if (!token) return undefined;
  const earlier = builds
    .list()
    .find((build) => build.idempotency?.token === token && now - build.startTime < IDEMPOTENCY_MS);
  if (earlier && earlier.idempotency?.request !== JSON.stringify(input))
    throw invalid("The idempotency token was used with other parameters.");
  return earlier;
}

/** Ids and ARNs are taken alike. */
function idOf(id: string): string {
  return id.replace(/^arn:aws:codebuild:[^:]*:[^:]*:build\//, "");
}

function describe(build: Build): codebuild.Build {
  const s3 = s3LogOf(build);
  const s3LogsArn = s3 && `arn:aws:s3:::${s3.Bucket}/${s3.Key}`;
  return {
    id: build.id,
    arn: build.arn,
    buildNumber: build.number,
    startTime: new Date(build.startTime),
    endTime: build.endTime === undefined ? undefined : new Date(build.endTime),
    currentPhase: build.phases.at(-1)?.phaseType,
    buildStatus: build.status,
    buildComplete: build.status !== "IN_PROGRESS",
    projectName: build.project,
    phases: build.phases.map(describePhase),
    source: build.source,
    artifacts: { location: "" },
    environment: build.environment,
    serviceRole: build.serviceRole,
    logs: { s3LogsArn, s3Logs: build.logsConfig?.s3Logs, cloudWatchLogs: { status: "DISABLED" } },
    timeoutInMinutes: build.timeoutInMinutes,
    queuedTimeoutInMinutes: build.queuedTimeoutInMinutes,
    initiator: build.initiator,
    exportedEnvironmentVariables: build.exported,
  };
}

function describePhase({ startTime, endTime, ...phase }: Phase): codebuild.BuildPhase {
  return {
    ...phase,
    startTime: new Date(startTime),
    endTime: endTime === undefined ? undefined : new Date(endTime),
    durationInSeconds: endTime === undefined ? undefined : Math.floor((endTime - startTime) / 1000),
  };
}

// Builds of images by CodeBuild: started from an uploaded zip, looked up, and the last lines of their log. CodeBuild
// itself remembers them (for a year), with the app and version in the build's own variables.
import { gunzipSync } from "node:zlib";
import {
  BatchGetBuildsCommand,
  type Build,
  type BuildPhase,
  CodeBuildClient,
  ListBuildsForProjectCommand,
  StartBuildCommand,
  StopBuildCommand,
} from "@aws-sdk/client-codebuild";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { instant } from "#core/clock.ts";
import type { ImageBuild } from "#core/domain/image-build.ts";
import { TuttiError } from "#core/errors.ts";
import { awsOptions } from "./aws-options.ts";

export type ImageBuildRequest = {
  app: string;
  version: string;
  /** `s3://bucket/key` of a zip with a Dockerfile at its top. */
  uri: string;
  /** Where the image is pushed to, without a tag. */
  repository: string;
  /** The same token starts one build. */
  token: string;
};

export type ImageBuilds = {
  start(request: ImageBuildRequest): Promise<ImageBuild>;
  /** `null` where there is no such build. */
  find(id: string): Promise<ImageBuild | null>;
  /** The last lines of an ended build's log; none where it is not there yet. */
  log(id: string): Promise<string[]>;
  /** Stops those of an app that are under way. */
  stopAll(app: string): Promise<void>;
};

const LOG_LINES = 40;
const LARGEST_LOG_BYTES = 5 * 1024 * 1024;

/** "Build phases" in the CodeBuild API Reference, BuildPhase. */
const PHASES: Record<string, string> = {
  SUBMITTED: "waiting for a builder",
  QUEUED: "waiting for a builder",
  PROVISIONING: "starting a builder",
  DOWNLOAD_SOURCE: "fetching the folder",
  PRE_BUILD: "signing in to the registry",
  BUILD: "building and pushing",
};

export function codeBuilds(project: string): ImageBuilds {
  const codebuild = new CodeBuildClient(awsOptions());
  const s3 = new S3Client(awsOptions());

  async function look(id: string): Promise<Build | undefined> {
    if (!/^img_[0-9a-f-]{36}$/.test(id)) return undefined;
    const ids = [`${project}:${id.slice("img_".length)}`];
    const { builds = [] } = await codebuild.send(new BatchGetBuildsCommand({ ids }));
    return builds[0];
  }

  return {
    async start({ app, version, uri, repository, token }) {
      const variables = { TUTTI_APP: app, IMAGE_REPOSITORY: repository, IMAGE_TAG: version };
      const command = new StartBuildCommand({
        projectName: project,
        sourceLocationOverride: uri.replace("s3://", ""),
        environmentVariablesOverride: Object.entries(variables).map(([name, value]) => ({ name, value })),
        idempotencyToken: token,
      });
      return imageBuildOf((await codebuild.send(command)).build!);
    },
    async find(id) {
      const build = await look(id);
      return build ? imageBuildOf(build) : null;
    },
    async log(id) {
      const [, Bucket, Key] =
        /^arn:aws:s3:::([^/]+)\/(.+)$/.exec((await look(id))?.logs?.s3LogsArn ?? "") ?? [];
      return Bucket && Key ? lastLines(s3, Bucket, Key) : [];
    },
    async stopAll(app) {
      for (const { id } of await underWay(codebuild, project, app))
        await codebuild.send(new StopBuildCommand({ id }));
    },
  };
}

/** Newest first, a page at a time: behind a page of builds that have all ended nothing is looked for. */
async function underWay(codebuild: CodeBuildClient, projectName: string, app: string): Promise<Build[]> {
  const found: Build[] = [];
  let nextToken: string | undefined;
  do {
    const ask = new ListBuildsForProjectCommand({ projectName, sortOrder: "DESCENDING", nextToken });
    const page = await codebuild.send(ask);
    const { ids = [] } = page;
    if (ids.length === 0) return found;
    const { builds = [] } = await codebuild.send(new BatchGetBuildsCommand({ ids }));
    const going = builds.filter(({ buildStatus }) => buildStatus === "IN_PROGRESS");
    found.push(...going.filter((build) => variable(build, "TUTTI_APP") === app));
    nextToken = going.length > 0 ? page.nextToken : undefined;
  } while (nextToken !== undefined);
  return found;
}

function imageBuildOf(build: Build): ImageBuild {
  const status =
    build.buildStatus === "IN_PROGRESS"
      ? "building"
      : build.buildStatus === "SUCCEEDED"
        ? "succeeded"
        : "failed";
  const exported = build.exportedEnvironmentVariables?.find((one) => one.name === "IMAGE_REFERENCE")?.value;
  return {
    id: `img_${build.id!.slice(build.id!.indexOf(":") + 1)}`,
    app: variable(build, "TUTTI_APP"),
    version: variable(build, "IMAGE_TAG"),
    status,
    phase: status === "building" ? (PHASES[build.currentPhase ?? ""] ?? "finishing") : status,
    image: status === "succeeded" ? (exported ?? null) : null,
    reason: status === "failed" ? reasonOf(build) : "",
    startedAt: instant(build.startTime!.getTime()),
    endedAt: build.endTime ? instant(build.endTime.getTime()) : null,
  };
}

function variable(build: Build, name: string): string {
  return build.environment?.environmentVariables?.find((one) => one.name === name)?.value ?? "";
}

function reasonOf({ phases = [], buildStatus = "FAILED" }: Build): string {
  const failed = phases.find((phase: BuildPhase) => phase.phaseStatus && phase.phaseStatus !== "SUCCEEDED");
  const message = failed?.contexts?.map((one) => one.message).find((one) => one);
  return message ?? `The build ended as ${buildStatus}.`;
}

async function lastLines(s3: S3Client, Bucket: string, Key: string): Promise<string[]> {
  try {
    const { Body, ContentLength = 0 } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    if (ContentLength > LARGEST_LOG_BYTES) return [`The log is too long to be shown: s3://${Bucket}/${Key}`];
    const text = gunzipSync(await Body!.transformToByteArray(), { maxOutputLength: 20 * LARGEST_LOG_BYTES });
    return text.toString("utf8").trimEnd().split("\n").slice(-LOG_LINES);
  } catch (error) {
    // It is written as the last thing, so it may not be there yet.
    if (["NoSuchKey", "NotFound"].includes((error as Error).name)) return [];
    throw new TuttiError("unreachable", "The build's log could not be read.", { cause: error });
  }
}

// Container images: built from an uploaded folder, and followed.
import * as z from "zod";
import type { App } from "#core/domain/app.ts";
import type { ImageBuild } from "#core/domain/image-build.ts";
import { TuttiError } from "#core/errors.ts";
import { buildCost } from "#core/plan/dollars.ts";
import type { ApiDeps } from "../deps.ts";
import { needApp } from "../find.ts";
import { reply, route } from "../route.ts";
import {
  type ImageBuildView,
  imageBuildBody,
  imageBuildParams,
  imageBuildView,
} from "../schemas/image-build.ts";
import { appParams } from "../schemas/names.ts";
import { wholeNumber } from "../schemas/page.ts";
import { uploadedObject } from "../uploaded-object.ts";
import { refusal } from "../validate.ts";

const LONGEST_WAIT_SECONDS = 20;
const PAUSE_MS = 500;

export const createImageBuild = route(
  "POST /v1/apps/{app}/images",
  {
    permission: "deploy",
    reach: { app: "path" },
    tag: "images",
    summary: "Build a container image from an uploaded folder; its tag is the version",
    params: appParams,
    body: imageBuildBody,
    answers: { 202: imageBuildView },
    refusals: ["not_supported_by_kind"],
  },
  async ({ params, body: { version, source }, deps }) => {
    const app = await needApp(deps, params.app);
    assertBuildable(app, version);
    await uploadedObject(deps, app.app, source.uri, "source.uri");
    const repository = await deps.registry.repositoryFor(app.app);
    const token = deps.ids("img");
    const build = await deps.imageBuilds.start({
      app: app.app,
      version,
      uri: source.uri,
      repository,
      token,
    });
    return reply(202, { ...build, log: [], cost: null });
  },
);

export const getImageBuild = route(
  "GET /v1/apps/{app}/images/{id}",
  {
    permission: "read",
    reach: { app: "path" },
    tag: "images",
    summary: "A build of an image; with waitSeconds, as soon as it is at something other than afterPhase",
    params: imageBuildParams,
    query: z.strictObject({
      waitSeconds: wholeNumber(0, LONGEST_WAIT_SECONDS).optional(),
      afterPhase: z.string().max(100).optional(),
    }),
    answers: { 200: imageBuildView },
  },
  async ({ params, query: { waitSeconds = 0, afterPhase = "" }, pause, deps }) => {
    const until = deps.clock.now() + waitSeconds * 1000;
    for (;;) {
      const build = await needBuild(deps, params.app, params.id);
      const ended = build.status !== "building";
      if (ended || build.phase !== afterPhase || deps.clock.now() >= until)
        return reply(
          200,
          ended ? withLog(build, await deps.imageBuilds.log(build.id)) : { ...build, log: [], cost: null },
        );
      await pause(PAUSE_MS);
    }
  },
);

function assertBuildable({ app, kind }: App, version: string): void {
  if (kind !== "container")
    throw new TuttiError("not_supported_by_kind", `Images are for kind container; ${app} is a ${kind}.`);
  // Rules of a repository's name and a tag: the ECR API Reference, CreateRepository and PutImage.
  if (app.includes("--"))
    throw refusal([
      { path: "app", message: "has two hyphens in a row, which a repository's name may not have" },
    ]);
  if (version.includes("+"))
    throw refusal([
      { path: "version", message: "becomes the image's tag, which takes letters, digits and ._-" },
    ]);
}

/** What the failed command said last says more than that it failed. */
function withLog(build: ImageBuild, log: string[]): ImageBuildView {
  const said =
    build.status === "failed" && log.findLast((line) => line !== "" && !line.startsWith("[Container]"));
  const cost = build.endedAt === null ? null : buildCost(build.startedAt, build.endedAt);
  return { ...build, log, cost, reason: said ? `${said} (${build.reason})` : build.reason };
}

async function needBuild(
  { imageBuilds }: Pick<ApiDeps, "imageBuilds">,
  app: string,
  id: string,
): Promise<ImageBuild> {
  const build = await imageBuilds.find(id);
  if (build?.app === app) return build;
  throw new TuttiError("not_found", `There is no build ${id} of ${app}.`);
}

// `tutti image build DIR -t APP:VERSION`: uploads the folder, has the image built, and prints its reference. The exit
// code says whether it was built.
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { ImageBuildView } from "#client/views.ts";
import type { Context } from "../context.ts";
import { EXIT, UsageError } from "../exit-code.ts";
import { packContext } from "../pack-context.ts";
import { upload } from "../upload.ts";

const WAIT_SECONDS = 20;
const ATTEMPTS_UNDER_WAY = 8;

export function addImage(program: Command, context: Context): void {
  const image = program.command("image").description("container images");
  image
    .command("build")
    .description("build an image from a folder's Dockerfile and push it: needs no Docker here")
    .argument("<dir>", "the folder, with its Dockerfile")
    .requiredOption("-t, --tag <app:version>", "the app, and the version that becomes the tag")
    .action((dir: string, { tag }: { tag: string }) => build(context, dir, tag));
}

async function build(context: Context, dir: string, tag: string): Promise<void> {
  const [, app, version] = /^([^:]+):([^:]+)$/.exec(tag) ?? [];
  if (!app || !version) throw new UsageError(`-t ${tag}: must be APP:VERSION`);
  const folder = resolve(context.io.cwd, dir);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory())
    throw new UsageError(`there is no folder ${dir}`);
  const bytes = await packContext(folder);
  const client = context.client();
  const { uploadUrl, uri } = await client.artifacts.create(app, "context.zip");
  await upload(uploadUrl, bytes);
  tell(context, `${app} ${version}: uploaded ${(bytes.length / 1000).toFixed(1)} kB`);
  const started = await client.images.build(app, { version, source: { uri } });
  const ended = await follow(context, started);
  context.print(ended, () => endLines(ended, context));
  context.exitWith(ended.status === "succeeded" ? EXIT.done : EXIT.endedOtherwise);
}

async function follow(context: Context, started: ImageBuildView): Promise<ImageBuildView> {
  let build = started;
  for (let told = ""; build.status === "building"; ) {
    if (build.phase !== told) tell(context, `${build.app} ${build.version}: ${build.phase}`);
    told = build.phase;
    const query = { waitSeconds: WAIT_SECONDS, afterPhase: told };
    build = await context.client().images.get(build.app, build.id, query, { attempts: ATTEMPTS_UNDER_WAY });
  }
  return build;
}

/** Progress goes to stderr, so that what stands on stdout is the image. */
function tell({ io, json, style }: Context, text: string): void {
  if (!json()) io.err(`${style.dim(text)}\n`);
}

function endLines(
  { app, version, status, image, reason, log }: ImageBuildView,
  { style }: Context,
): string[] {
  if (status === "succeeded") return [image ?? ""];
  return [...log.map((line) => style.dim(line)), `${app} ${version}: ${style.red(status)}: ${reason}`];
}

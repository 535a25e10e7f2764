// `tutti release [DIR] --version V`: packs the folder, uploads it and registers the release, or registers an image. The same content gives
// the same bytes, so doing it twice is doing it once.
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { UsageError } from "../exit-code.ts";
import { readManifest } from "../manifest-file.ts";
import { packFolder } from "../pack-folder.ts";
import { upload } from "../upload.ts";

type Options = { version: string; app?: string; image?: string };

export function addRelease(program: Command, context: Context): void {
  program
    .command("release")
    .description("pack a folder (or take a .tar.gz or .zip), upload it and register the release")
    .argument("[dir]", "the folder, with its tutti.yaml", ".")
    .requiredOption("--version <version>", "your name for the release")
    .option("--app <app>", "the app, where the folder has no tutti.yaml")
    .option("--image <reference>", "for containers: the image, instead of packing the folder")
    .action((dir: string, { image, ...options }: Options) =>
      image === undefined
        ? release(context, dir, options)
        : releaseImage(context, dir, { ...options, image }),
    );
}

async function releaseImage(
  context: Context,
  dir: string,
  options: Required<Pick<Options, "image" | "version">> & Options,
): Promise<void> {
  const app = options.app ?? (await appOf(resolve(context.io.cwd, dir), dir, true));
  const { version, image } = options;
  const registered = await context.client().releases.create(app, { version, artifact: { image } });
  context.print(registered, () => [
    `${context.style.bold(`${app} ${version}`)} released: ${registered.artifact.image}`,
  ]);
}

async function release(context: Context, dir: string, options: Options): Promise<void> {
  const path = resolve(context.io.cwd, dir);
  const isFolder = await folderOrFile(path, dir);
  const app = options.app ?? (await appOf(path, dir, isFolder));
  const bytes = isFolder ? await packFolder(path) : await readFile(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const client = context.client();
  const { uploadUrl, uri } = await client.artifacts.create(
    app,
    isFolder ? "artifact.tar.gz" : basename(path),
  );
  await upload(uploadUrl, bytes);
  const registered = await client.releases.create(app, {
    version: options.version,
    artifact: { uri, sha256 },
  });
  context.print(registered, () => [
    `${context.style.bold(`${app} ${registered.version}`)} released: ${kilobytes(bytes.length)}, sha256 ${sha256.slice(0, 12)}…`,
  ]);
}

async function folderOrFile(path: string, shown: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError(`there is no ${shown}`);
  if (found.isDirectory()) return true;
  if (/\.(tar\.gz|tgz|zip)$/.test(path)) return false;
  throw new UsageError(`${shown} is neither a folder nor a .tar.gz or .zip`);
}

async function appOf(path: string, shown: string, isFolder: boolean): Promise<string> {
  if (!isFolder)
    throw new UsageError(`name the app with --app: ${shown} is a file, so no tutti.yaml names it`);
  return (await readManifest(path, join(path, "tutti.yaml"))).app;
}

function kilobytes(sizeBytes: number): string {
  return `${(sizeBytes / 1000).toFixed(1)} kB`;
}

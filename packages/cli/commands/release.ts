// `tutti release [DIR] --version V`: packs the folder, uploads it and registers the release, or registers an image. The same content gives
// the same bytes, so doing it twice is doing it once.
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { UsageError } from "../exit-code.ts";
import { type Commit, commitOf } from "../git-commit.ts";
import { readManifest } from "../manifest-file.ts";
import { packFolder } from "../pack-folder.ts";
import { upload } from "../upload.ts";

type Options = { version: string; app?: string; file?: string; image?: string; commit?: string };

export function addRelease(program: Command, context: Context): void {
  program
    .command("release")
    .description("pack a folder (or take a .tar.gz or .zip), upload it and register the release")
    .argument("[dir]", "the folder, with its tutti.yaml", ".")
    .requiredOption("--version <version>", "your name for the release")
    .option("--app <app>", "the app, where the folder has no tutti.yaml")
    .option(
      "-f, --file <manifest>",
      "the manifest that names the app, where it is not the folder's tutti.yaml",
    )
    .option("--commit <sha>", "what it was made from, for the lead time; git tells when it was committed")
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
  const path = resolve(context.io.cwd, dir);
  const app = await appOf(context, options, { path, shown: dir, isFolder: true });
  const { version, image } = options;
  const made = await madeFrom(path, options);
  const registered = await context.client().releases.create(app, { version, artifact: { image }, ...made });
  context.print(registered, () => [
    `${context.style.bold(`${app} ${version}`)} released: ${registered.artifact.image}`,
  ]);
}

async function release(context: Context, dir: string, options: Options): Promise<void> {
  const path = resolve(context.io.cwd, dir);
  const isFolder = await folderOrFile(path, dir);
  const app = await appOf(context, options, { path, shown: dir, isFolder });
  const made = await madeFrom(isFolder ? path : dirname(path), options);
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
    ...made,
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

type Place = { path: string; shown: string; isFolder: boolean };

async function appOf(
  { io }: Context,
  { app, file }: Options,
  { path, shown, isFolder }: Place,
): Promise<string> {
  if (app !== undefined && file !== undefined)
    throw new UsageError("--app and --file both name the app: give one of them");
  if (app !== undefined) return app;
  if (file !== undefined) return (await readManifest(io.cwd, file)).app;
  if (!isFolder)
    throw new UsageError(`name the app with --app or --file: ${shown} is a file, so no tutti.yaml names it`);
  return (await readManifest(path, join(path, "tutti.yaml"))).app;
}

async function madeFrom(folder: string, { commit }: Options): Promise<{ commit?: Commit }> {
  return commit === undefined ? {} : { commit: await commitOf(folder, commit) };
}

function kilobytes(sizeBytes: number): string {
  return `${(sizeBytes / 1000).toFixed(1)} kB`;
}

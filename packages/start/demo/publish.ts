// Registers an example's versions as releases, the way the command line does: pack, upload, register.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { zipSync } from "fflate";
import { parse } from "yaml";
import type { Client } from "#client/client.ts";

/** Applies `<folder>/tutti.yaml` and answers the app's name. */
export async function applyExample(client: Client, folder: string): Promise<{ app: string; kind: string }> {
  const manifest = parse(readFileSync(join(folder, "tutti.yaml"), "utf8")) as { app: string; kind: string };
  await client.apps.put(manifest.app, manifest);
  return manifest;
}

/** A folder with a Dockerfile becomes an image first. */
export async function publishVersion(
  client: Client,
  app: string,
  folder: string,
  version: string,
): Promise<void> {
  const artifact = existsSync(join(folder, "Dockerfile"))
    ? { image: await buildImage(client, app, folder, version) }
    : { uri: await upload(client, app, "app.tar.gz", tarOf(folder)) };
  await client.releases.create(app, { version, artifact });
}

async function buildImage(client: Client, app: string, folder: string, version: string): Promise<string> {
  const uri = await upload(client, app, "context.zip", zipOf(folder));
  let build = await client.images.build(app, { version, source: { uri } });
  while (build.status === "building")
    build = await client.images.get(app, build.id, { waitSeconds: 10, afterPhase: build.phase });
  if (build.image) return build.image;
  throw new Error(`building ${app} ${version}: ${build.reason}`);
}

async function upload(client: Client, app: string, name: string, bytes: Uint8Array): Promise<string> {
  const { uploadUrl, uri } = await client.artifacts.create(app, name);
  const body = new Uint8Array(bytes);
  const answer = await fetch(uploadUrl, { method: "PUT", body, signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new Error(`uploading ${name} of ${app}: ${answer.status} ${await answer.text()}`);
  return uri;
}

function tarOf(folder: string): Uint8Array {
  return execFileSync("tar", ["-czf", "-", "-C", folder, "."], { maxBuffer: 64 * 1024 * 1024 });
}

function zipOf(folder: string): Uint8Array {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const files = names.map((one) => join(one.parentPath, one.name));
  return zipSync(Object.fromEntries(files.map((file) => [relative(folder, file), readFileSync(file)])));
}

// Registers an example's versions as releases, the way the command line does: pack, upload, register.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Client } from "#client/client.ts";

/** Applies `<folder>/tutti.yaml` and answers the app's name. */
export async function applyExample(client: Client, folder: string): Promise<{ app: string; kind: string }> {
  const manifest = parse(readFileSync(join(folder, "tutti.yaml"), "utf8")) as { app: string; kind: string };
  await client.apps.put(manifest.app, manifest);
  return manifest;
}

export async function publishVersion(
  client: Client,
  app: string,
  folder: string,
  version: string,
): Promise<void> {
  const bytes = execFileSync("tar", ["-czf", "-", "-C", folder, "."], { maxBuffer: 64 * 1024 * 1024 });
  const { uploadUrl, uri } = await client.artifacts.create(app, "app.tar.gz");
  const answer = await fetch(uploadUrl, {
    method: "PUT",
    body: new Uint8Array(bytes),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`uploading ${app} ${version}: ${answer.status} ${await answer.text()}`);
  await client.releases.create(app, { version, artifact: { uri } });
}

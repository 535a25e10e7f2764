// Makes of an object at releases/<app>/<version>/<file> a release, and deploys it where the manifest says autoDeploy.
// Events come twice, late and out of order: the same has the effect of once, and an object that is older than the
// newest release a target has taken is not deployed there.
import type { App } from "#core/domain/app.ts";
import { TuttiError } from "#core/errors.ts";
import type { ControlDeps } from "#engine/deps.ts";
import { autoDeploy } from "#functions/api/auto-deploy.ts";
import { needApp } from "#functions/api/find.ts";
import { registerRelease } from "#functions/api/register-release.ts";
import { appName, versionText } from "#functions/api/schemas/names.ts";
import { uploadedObject } from "#functions/api/uploaded-object.ts";
import type { ArtifactBucket } from "#functions/deps/artifact-bucket.ts";
import { digestOfArchive } from "./archive.ts";
import { audited, type Outcome, outcomeOfRelease } from "./event-audit.ts";

export type ArtifactDeps = ControlDeps & { artifacts: ArtifactBucket };

export type ObjectCreated = { detail: { bucket: { name: string }; object: { key: string } } };

const BY = { name: "s3", client: "s3", onlyNewer: true } as const;

/** What one run can read in its time and memory. */
const LARGEST_BYTES = 512 * 1024 * 1024;

export async function takeArtifact(deps: ArtifactDeps, event: ObjectCreated): Promise<void> {
  const { bucket, object } = event.detail;
  const uri = `s3://${bucket.name}/${object.key}`;
  const parts = partsOf(object.key);
  const told = { actor: BY.name, about: uri, ...(parts ? { app: parts.app } : {}) };
  await audited(deps, told, async () => {
    if (parts) return release(deps, parts, uri);
    throw new TuttiError("invalid_input", `${object.key} is not releases/<app>/<version>/<file>.`);
  });
}

type Parts = { app: string; version: string };

function partsOf(key: string): Parts | null {
  const [root, app, version, file, ...more] = key.split("/");
  const named = appName.safeParse(app).success && versionText.safeParse(version).success;
  return root === "releases" && named && file && more.length === 0 ? { app: app!, version: version! } : null;
}

async function release(deps: ArtifactDeps, { app: name, version }: Parts, uri: string): Promise<Outcome> {
  const app = await needApp(deps, name);
  const sha256 = await checkedDigest(deps, app, uri);
  const artifact = { uri, sha256 };
  const { release, created } = await registerRelease(deps, app, { version, artifact }, BY.name);
  const occasion = { scope: "event:s3", key: `${name}/${release.id}` };
  return outcomeOfRelease(version, created, await autoDeploy(deps, app, release, BY, occasion));
}

/** Whoever put it there sees no answer, so a corrupt archive is found out now, and not by the first rollout. */
async function checkedDigest(
  deps: ArtifactDeps,
  { app, kind }: App,
  uri: string,
): Promise<string | undefined> {
  if (kind === "container") return undefined;
  const { key, sizeBytes } = await uploadedObject(deps, app, uri, "the object");
  if (sizeBytes > LARGEST_BYTES)
    throw new TuttiError(
      "invalid_input",
      `The object is over ${LARGEST_BYTES} bytes; register it over the API.`,
    );
  return digestOfArchive(await deps.artifacts.read(key));
}

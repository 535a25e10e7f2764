// Makes a release of an uploaded object: it must lie where this app's uploads go and be there, and its digest is kept
// so that whoever unpacks it can check. A digest that the caller names is taken as the caller's word.
import { instant } from "#core/clock.ts";
import type { App } from "#core/domain/app.ts";
import type { Release } from "#core/domain/release.ts";
import { TuttiError } from "#core/errors.ts";
import type { ApiDeps } from "./deps.ts";
import { refusal } from "./validate.ts";

type Deps = Pick<ApiDeps, "store" | "artifacts" | "clock" | "ids">;

export type NewRelease = {
  version: string;
  artifact: { uri?: string | undefined; sha256?: string | undefined; image?: string | undefined };
};

/** As much as one call can read and digest in its time. */
const DIGEST_LIMIT_BYTES = 256 * 1024 * 1024;

export async function registerRelease(
  deps: Deps,
  app: App,
  { version, artifact }: NewRelease,
  createdBy: string,
): Promise<{ release: Release; created: boolean }> {
  if (artifact.image !== undefined) throw noImages();
  const uri = artifact.uri!;
  const object = await objectAt(deps, app.app, uri);
  const sha256 = artifact.sha256 ?? object.sha256 ?? (await digestOf(deps, object));
  return deps.store.releases.create({
    id: deps.ids("rel"),
    app: app.app,
    version,
    artifact: { uri, sha256 },
    manifest: app.manifest,
    createdAt: instant(deps.clock.now()),
    createdBy,
  });
}

type Found = { key: string; sizeBytes: number; sha256: string | null };

async function objectAt({ artifacts }: Deps, app: string, uri: string): Promise<Found> {
  const root = `s3://${artifacts.name}/`;
  const homes = [`${root}uploads/${app}/`, `${root}releases/${app}/`];
  // Another app's upload, or another bucket, is not this caller's to hand out.
  if (!homes.some((home) => uri.startsWith(home)))
    throw refusal([{ path: "artifact.uri", message: `must begin with ${homes[0]}, as the upload gave it` }]);
  const key = uri.slice(root.length);
  const head = await artifacts.head(key);
  if (!head)
    throw refusal([{ path: "artifact.uri", message: "names no object: nothing was uploaded there" }]);
  return { key, ...head };
}

async function digestOf({ artifacts }: Deps, { key, sizeBytes }: Found): Promise<string> {
  if (sizeBytes <= DIGEST_LIMIT_BYTES) return artifacts.digest(key);
  const message = `is required for an artifact over ${DIGEST_LIMIT_BYTES} bytes`;
  throw refusal([{ path: "artifact.sha256", message }]);
}

function noImages(): TuttiError {
  const errors = [{ path: "artifact.image", message: "is not supported yet: the container kind brings it" }];
  return new TuttiError("not_supported_yet", `artifact.image: ${errors[0]!.message}`, { errors });
}

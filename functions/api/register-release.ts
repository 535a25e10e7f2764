// Makes a release of an uploaded object, or of a container image. An object's digest is kept so that whoever unpacks it
// can check (one that the caller names is taken as the caller's word); an image is kept by its digest alone.
import { instant } from "#core/clock.ts";
import type { App } from "#core/domain/app.ts";
import type { Artifact, Commit, Release } from "#core/domain/release.ts";
import { TuttiError } from "#core/errors.ts";
import type { ApiDeps } from "./deps.ts";
import { resolveImage } from "./resolve-image.ts";
import { type UploadedObject, uploadedObject } from "./uploaded-object.ts";
import { refusal } from "./validate.ts";

type Deps = Pick<ApiDeps, "store" | "artifacts" | "clock" | "ids">;

type Registered = Promise<{ release: Release; created: boolean }>;

export type NewRelease = {
  version: string;
  artifact: { uri: string; sha256?: string | undefined };
  commit?: Commit | undefined;
};

/** As much as one call can read and digest in its time. */
const DIGEST_LIMIT_BYTES = 256 * 1024 * 1024;

export async function registerRelease(
  deps: Deps,
  app: App,
  { version, artifact, commit }: NewRelease,
  createdBy: string,
): Registered {
  const { uri } = artifact;
  if (app.kind === "container")
    throw notForKind("artifact.uri", "a container's release is an image: name it in artifact.image");
  const object = await uploadedObject(deps, app.app, uri, "artifact.uri");
  const sha256 = artifact.sha256 ?? object.sha256 ?? (await digestOf(deps, object));
  return record(deps, app, {
    version,
    artifact: { uri, sha256 },
    commit,
    artifactAt: object.modifiedAt,
    createdBy,
  });
}

/** As the API takes it: its schema has seen to it that there is either a uri or an image. */
export function registerFrom(
  deps: Deps & Pick<ApiDeps, "registry">,
  app: App,
  { version, artifact, commit }: { version: string; artifact: Artifact; commit?: Commit | undefined },
  createdBy: string,
): Registered {
  const { uri, sha256, image } = artifact;
  if (image !== undefined) return registerImage(deps, app, { version, image, commit }, createdBy);
  return registerRelease(deps, app, { version, artifact: { uri: uri!, sha256 }, commit }, createdBy);
}

/** Kind container only. A tag is resolved now, and never again. */
export async function registerImage(
  deps: Omit<Deps, "artifacts"> & Pick<ApiDeps, "registry">,
  app: App,
  {
    version,
    image,
    pushedAt,
    commit,
  }: { version: string; image: string; pushedAt?: string; commit?: Commit | undefined },
  createdBy: string,
): Registered {
  if (app.kind !== "container")
    throw notForKind(
      "artifact.image",
      `is for kind container; the release of a ${app.kind} is an uploaded file: artifact.uri`,
    );
  const artifact = { image: await resolveImage(deps.registry, image) };
  const id = await holdImage(deps, app.app, version, artifact.image);
  return record(deps, app, { version, artifact, commit, artifactAt: pushedAt, createdBy }, id);
}

/**
 * The id that the release is to have. Its image is held before it is recorded, so that no release's image is ever without a hold: what
 * is cut off in between leaves a tag too many.
 */
async function holdImage(
  { store, ids, registry }: Pick<Deps, "store" | "ids"> & Pick<ApiDeps, "registry">,
  app: string,
  version: string,
  image: string,
): Promise<string> {
  const there = await store.releases.get(app, version);
  // Another image under this version is refused where it is recorded; the hold stays where it is.
  if (there && there.artifact.image !== image) return there.id;
  const id = there?.id ?? ids("rel");
  if (await registry.hold(image, id)) return id;
  throw refusal([{ path: "artifact.image", message: `names no image: ${image} is there no more` }]);
}

function record(
  { store, ids, clock }: Omit<Deps, "artifacts">,
  { app, manifest }: App,
  {
    artifactAt,
    commit,
    ...made
  }: Pick<Release, "version" | "artifact" | "createdBy"> & {
    artifactAt?: string | undefined;
    commit?: Commit | undefined;
  },
  id = ids("rel"),
): Registered {
  const createdAt = instant(clock.now());
  const known = {
    ...(artifactAt === undefined ? {} : { artifactAt }),
    ...(commit === undefined ? {} : { commit }),
  };
  return store.releases.create({ id, app, ...made, manifest, createdAt, ...known });
}

async function digestOf(
  { artifacts }: Deps,
  { key, sizeBytes }: Pick<UploadedObject, "key" | "sizeBytes">,
): Promise<string> {
  if (sizeBytes <= DIGEST_LIMIT_BYTES) return artifacts.digest(key);
  const message = `is required for an artifact over ${DIGEST_LIMIT_BYTES} bytes`;
  throw refusal([{ path: "artifact.sha256", message }]);
}

function notForKind(path: string, message: string): TuttiError {
  return new TuttiError("not_supported_by_kind", `${path}: ${message}`, { errors: [{ path, message }] });
}

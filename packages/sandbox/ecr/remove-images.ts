// Takes images out of a repository, and with them the layers that no other image names: first what is written, then
// the bytes, so that a kill in between leaves bytes without a name and never a name without bytes.
import { type ImageRecord, type Registry, type Repository, save, tagsOf } from "./model.ts";

export function removeImages(
  registry: Registry,
  name: string,
  digests: string[],
  lastTag?: string,
): ImageRecord[] {
  const repository = registry.repositories.get(name)!;
  const gone = digests.map((digest) => repository.images[digest]!);
  const images = Object.fromEntries(
    Object.entries(repository.images).filter(([digest]) => !digests.includes(digest)),
  );
  const tagged = Object.fromEntries(
    Object.entries(repository.tagged).filter(([, digest]) => !digests.includes(digest)),
  );
  const layers = withoutUnused(repository, gone, Object.values(images));
  save(registry, { ...repository, images, tagged, layers });
  removeBytes(
    registry,
    Object.keys(repository.layers).filter((digest) => !layers[digest]),
  );
  for (const image of gone)
    emitImageAction(registry, repository, "DELETE", image, lastTag ?? tagsOf(repository, image.digest)[0]);
  return gone;
}

function withoutUnused(repository: Repository, gone: ImageRecord[], left: ImageRecord[]) {
  const candidates = new Set(gone.flatMap((image) => image.references));
  const used = new Set(left.flatMap((image) => image.references));
  return Object.fromEntries(
    Object.entries(repository.layers).filter(([digest]) => !candidates.has(digest) || used.has(digest)),
  );
}

/** Bytes are shared between repositories: they go with the last one that has them. */
export function removeBytes(registry: Registry, digests: string[]): void {
  const repositories = registry.repositories.list();
  for (const digest of digests)
    if (!repositories.some((repository) => repository.layers[digest])) registry.layers.remove(digest);
}

/** "Amazon ECR events and EventBridge" in the ECR User Guide: the event of a completed push and of a deletion. */
export function emitImageAction(
  registry: Registry,
  repository: Repository,
  action: "PUSH" | "DELETE",
  image: ImageRecord,
  tag: string | undefined,
): void {
  registry.platform.emit("aws.ecr", "ECR Image Action", {
    result: "SUCCESS",
    "repository-name": repository.name,
    "image-digest": image.digest,
    "action-type": action,
    ...(tag === undefined ? {} : { "image-tag": tag }),
    "manifest-media-type": image.mediaType,
    ...(image.artifactMediaType ? { "artifact-media-type": image.artifactMediaType } : {}),
  });
}

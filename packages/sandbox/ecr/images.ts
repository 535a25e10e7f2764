// PutImage and BatchDeleteImage: what changes a repository's images. A tag moves, unless tags are immutable; an image
// is there only where everything that its manifest names is there; what nothing names any more is removed.
import type * as ecr from "@aws-sdk/client-ecr";
import { AwsError, type Handler } from "../platform.ts";
import { expire } from "./lifecycle-handlers.ts";
import { type Manifest, parseManifest } from "./manifest.ts";
import {
  findRepository,
  type ImageRecord,
  invalid,
  type Registry,
  type Repository,
  save,
  sha256Digest,
} from "./model.ts";
import { emitImageAction, removeImages } from "./remove-images.ts";

const TAG = /^[\w][\w.-]{0,299}$/;

export function imageHandlers(registry: Registry): Record<string, Handler> {
  return {
    PutImage: (input: ecr.PutImageRequest) => putImage(registry, input),
    BatchDeleteImage: (input: ecr.BatchDeleteImageRequest) => deleteImages(registry, input),
  };
}

function putImage(registry: Registry, input: ecr.PutImageRequest) {
  const repository = findRepository(registry, input);
  const { imageManifest = "", imageTag } = input;
  const digest = sha256Digest(imageManifest);
  if (imageTag !== undefined && !TAG.test(imageTag))
    throw invalid(`Invalid parameter at 'imageTag': '${imageTag}' is not a tag.`);
  if (input.imageDigest && input.imageDigest !== digest)
    throw new AwsError(
      "ImageDigestDoesNotMatchException",
      `The manifest's digest is ${digest}, not ${input.imageDigest}.`,
    );
  const manifest = parseManifest(imageManifest, input.imageManifestMediaType);
  checkReferences(repository, manifest);
  checkTaken(repository, digest, imageTag);
  const record = repository.images[digest] ?? recordOf(registry, repository, digest, imageManifest, manifest);
  save(registry, {
    ...repository,
    images: { ...repository.images, [digest]: record },
    tagged: imageTag ? { ...repository.tagged, [imageTag]: digest } : repository.tagged,
    layers: withMediaTypes(repository, manifest),
  });
  emitImageAction(registry, repository, "PUSH", record, imageTag);
  expire(registry, repository.name);
  const imageId = { imageDigest: digest, imageTag };
  return {
    image: {
      registryId: registry.platform.accountId,
      repositoryName: repository.name,
      imageId,
      imageManifest,
      imageManifestMediaType: record.mediaType,
    },
  };
}

function checkReferences(repository: Repository, manifest: Manifest): void {
  const blobs = manifest.config ? [manifest.config, ...manifest.layers] : [];
  const missing = blobs.filter(({ digest }) => !repository.layers[digest]);
  if (missing.length > 0)
    throw new AwsError(
      "LayersNotFoundException",
      `Layers with digests '${missing.map(({ digest }) => digest).join(", ")}' required for pushing image into repository with name '${repository.name}' do not exist`,
    );
  const wrong = blobs.find(({ digest, size }) => repository.layers[digest]!.sizeBytes !== size);
  if (wrong) throw invalid(`Invalid parameter at 'ImageManifest': the size of ${wrong.digest} is wrong.`);
  const images = manifest.images.filter(({ digest }) => !repository.images[digest]);
  if (images.length > 0)
    throw new AwsError(
      "ReferencedImagesNotFoundException",
      `Images with digests '${images.map(({ digest }) => digest).join(", ")}' required for pushing image into repository with name '${repository.name}' do not exist`,
    );
}

function checkTaken(repository: Repository, digest: string, tag: string | undefined): void {
  const there = repository.images[digest];
  if (there && (tag === undefined || repository.tagged[tag] === digest))
    throw new AwsError(
      "ImageAlreadyExistsException",
      `Image with digest '${digest}'${tag ? ` and tag '${tag}'` : ""} already exists in the repository with name '${repository.name}'`,
    );
  if (tag !== undefined && repository.tagged[tag] && repository.tagMutability === "IMMUTABLE")
    throw new AwsError(
      "ImageTagAlreadyExistsException",
      `The image tag '${tag}' already exists in the '${repository.name}' repository and cannot be overwritten because the tag is immutable.`,
    );
}

function recordOf(
  registry: Registry,
  repository: Repository,
  digest: string,
  text: string,
  manifest: Manifest,
): ImageRecord {
  const { layers, images, config, mediaType, artifactMediaType } = manifest;
  return {
    digest,
    manifest: text,
    mediaType,
    artifactMediaType,
    sizeBytes:
      layers.reduce((sum, layer) => sum + layer.size, 0) +
      images.reduce((sum, one) => sum + repository.images[one.digest]!.sizeBytes, 0),
    references: [...(config ? [config] : []), ...layers, ...images].map((one) => one.digest),
    pushedAt: registry.platform.now(),
  };
}

function withMediaTypes(repository: Repository, manifest: Manifest): Repository["layers"] {
  const layers = { ...repository.layers };
  for (const { digest, mediaType } of manifest.config ? [manifest.config, ...manifest.layers] : [])
    layers[digest] = { ...layers[digest]!, mediaType };
  return layers;
}

function deleteImages(registry: Registry, input: ecr.BatchDeleteImageRequest) {
  const imageIds: ecr.ImageIdentifier[] = [];
  const failures: ecr.ImageFailure[] = [];
  for (const imageId of input.imageIds ?? []) {
    const repository = findRepository(registry, input);
    const { imageDigest, imageTag } = imageId;
    const digest = imageDigest ?? repository.tagged[imageTag ?? ""] ?? "";
    const failure = deletionFailure(repository, imageId, digest);
    if (failure) {
      failures.push({ imageId, ...failure });
      continue;
    }
    // By tag, only the tag goes; the image follows with its last one ("Deleting an image", ECR User Guide).
    const tagged = Object.entries(repository.tagged);
    const gone = imageTag ? [imageTag] : tagged.filter(([, one]) => one === digest).map(([tag]) => tag);
    const left = tagged.filter(([tag]) => !gone.includes(tag));
    save(registry, { ...repository, tagged: Object.fromEntries(left) });
    if (!left.some(([, one]) => one === digest)) removeImages(registry, repository.name, [digest], gone[0]);
    for (const tag of gone.length > 0 ? gone : [undefined])
      imageIds.push({ imageDigest: digest, imageTag: tag });
  }
  return { imageIds, failures };
}

function deletionFailure(
  repository: Repository,
  { imageDigest, imageTag }: ecr.ImageIdentifier,
  digest: string,
) {
  if (!imageDigest && !imageTag)
    return {
      failureCode: "MissingDigestAndTag",
      failureReason: "Invalid request parameters: both tag and digest cannot be null",
    } as const;
  if (!repository.images[digest])
    return { failureCode: "ImageNotFound", failureReason: "Requested image not found" } as const;
  if (imageDigest && imageTag && repository.tagged[imageTag] !== imageDigest)
    return {
      failureCode: "ImageTagDoesNotMatchDigest",
      failureReason: "Tag does not match the digest",
    } as const;
  const user = Object.values(repository.images).find((one) => one.references.includes(digest));
  if (user)
    return {
      failureCode: "ImageReferencedByManifestList",
      failureReason: `The image is referenced by ${user.digest}`,
    } as const;
  return undefined;
}

// What there is in a repository: manifests by tag or digest, descriptions, lists.
import type * as ecr from "@aws-sdk/client-ecr";
import { AwsError, type Handler } from "../platform.ts";
import { findRepository, type ImageRecord, type Registry, type Repository, save, tagsOf } from "./model.ts";
import { pageOf } from "./pages.ts";

export function imageQueries(registry: Registry): Record<string, Handler> {
  return {
    BatchGetImage: (input: ecr.BatchGetImageRequest) => getImages(registry, input),
    DescribeImages: (input: ecr.DescribeImagesRequest) => describeImages(registry, input),
    ListImages(input: ecr.ListImagesRequest) {
      const repository = findRepository(registry, input);
      const ids = imagesOf(repository, input.filter?.tagStatus).flatMap(({ digest }) => {
        const tags = tagsOf(repository, digest);
        return tags.length > 0
          ? tags.map((imageTag) => ({ imageDigest: digest, imageTag }))
          : [{ imageDigest: digest }];
      });
      const { items, next } = pageOf(ids, input);
      return { imageIds: items, nextToken: next };
    },
  };
}

function getImages(registry: Registry, input: ecr.BatchGetImageRequest) {
  const repository = findRepository(registry, input);
  const images: ecr.Image[] = [];
  const failures: ecr.ImageFailure[] = [];
  const pulled: Record<string, ImageRecord> = {};
  for (const imageId of input.imageIds ?? []) {
    const record = lookUp(repository, imageId);
    if (!record) {
      failures.push({ imageId, failureCode: "ImageNotFound", failureReason: "Requested image not found" });
      continue;
    }
    pulled[record.digest] = { ...record, pulledAt: registry.platform.now() };
    images.push({
      registryId: registry.platform.accountId,
      repositoryName: repository.name,
      imageId: { imageDigest: record.digest, imageTag: imageId.imageTag },
      imageManifest: record.manifest,
      imageManifestMediaType: record.mediaType,
    });
  }
  if (images.length > 0) save(registry, { ...repository, images: { ...repository.images, ...pulled } });
  return { images, failures };
}

function describeImages(registry: Registry, input: ecr.DescribeImagesRequest) {
  const repository = findRepository(registry, input);
  const asked = input.imageIds?.map((imageId) => {
    const record = lookUp(repository, imageId);
    if (record) return record;
    throw new AwsError(
      "ImageNotFoundException",
      `The image with imageId {imageDigest:'${imageId.imageDigest ?? "null"}', imageTag:'${imageId.imageTag ?? "null"}'} does not exist within the repository with name '${repository.name}' in the registry with id '${registry.platform.accountId}'`,
    );
  });
  const { items, next } = pageOf(asked ?? imagesOf(repository, input.filter?.tagStatus), input);
  return { imageDetails: items.map((record) => describe(registry, repository, record)), nextToken: next };
}

function describe(registry: Registry, repository: Repository, record: ImageRecord): ecr.ImageDetail {
  const tags = tagsOf(repository, record.digest);
  return {
    registryId: registry.platform.accountId,
    repositoryName: repository.name,
    imageDigest: record.digest,
    imageTags: tags.length > 0 ? tags : undefined,
    imageSizeInBytes: record.sizeBytes,
    imagePushedAt: new Date(record.pushedAt),
    imageManifestMediaType: record.mediaType,
    artifactMediaType: record.artifactMediaType,
    lastRecordedPullTime: record.pulledAt === undefined ? undefined : new Date(record.pulledAt),
  };
}

function lookUp(repository: Repository, { imageDigest, imageTag }: ecr.ImageIdentifier) {
  const digest = imageTag ? repository.tagged[imageTag] : imageDigest;
  if (imageDigest && digest !== imageDigest) return undefined;
  return repository.images[digest ?? ""];
}

/** The oldest first. */
function imagesOf(repository: Repository, status: ecr.TagStatus = "ANY"): ImageRecord[] {
  const isTagged = ({ digest }: ImageRecord) => tagsOf(repository, digest).length > 0;
  return Object.values(repository.images)
    .filter((image) => status === "ANY" || isTagged(image) === (status === "TAGGED"))
    .sort((a, b) => a.pushedAt - b.pushedAt);
}

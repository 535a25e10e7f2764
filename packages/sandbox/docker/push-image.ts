// Pushes an image into ECR with the environment's credentials: what the repository has is not sent again, the manifest
// comes last. Repeating a push changes nothing.
import {
  BatchCheckLayerAvailabilityCommand,
  CompleteLayerUploadCommand,
  ECRClient,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { digestOf, type Image, MANIFEST_TYPE, manifestOf } from "./image.ts";
import type { Reference } from "./reference.ts";
import { refuse, type World } from "./world.ts";

type Target = { client: ECRClient; registryId: string; repositoryName: string };

const HOST = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$/;

/** Answers the manifest's digest. */
export async function pushImage(world: World, image: Image, reference: Reference): Promise<string> {
  const [, registryId, region] = HOST.exec(reference.host) ?? [];
  if (!registryId || !region)
    refuse(
      `pushing to ${reference.host} is not available in this sandbox: it has Elastic Container Registry`,
    );
  const target = { client: new ECRClient({ region }), registryId, repositoryName: reference.path };
  world.out(`The push refers to repository [${reference.repository}]`);
  try {
    return await send(world, image, target, reference.tag);
  } catch (error) {
    refuse(wordsOf(error as Error));
  }
}

async function send(world: World, image: Image, target: Target, tag: string): Promise<string> {
  const { client, ...repository } = target;
  const blobs = [...image.layers.map((layer) => layer.bytes), image.config];
  const digests = [...image.layers.map((layer) => layer.digest), image.id];
  const check = new BatchCheckLayerAvailabilityCommand({ ...repository, layerDigests: digests });
  const { layers = [] } = await client.send(check);
  const there = new Set(
    layers.filter((one) => one.layerAvailability === "AVAILABLE").map((one) => one.layerDigest),
  );
  for (const [index, digest] of digests.entries()) {
    if (!there.has(digest)) await uploadBlob(target, digest, blobs[index]!);
    there.add(digest);
    if (index < image.layers.length) world.out(`${digest.slice(7, 19)}: Pushed`);
  }
  const imageManifest = manifestOf(image);
  const put = { ...repository, imageManifest, imageManifestMediaType: MANIFEST_TYPE, imageTag: tag };
  await client.send(new PutImageCommand(put)).catch((error: Error) => {
    if (error.name !== "ImageAlreadyExistsException") throw error;
  });
  const digest = digestOf(imageManifest);
  world.out(`${tag}: digest: ${digest} size: ${Buffer.byteLength(imageManifest)}`);
  return digest;
}

async function uploadBlob({ client, ...repository }: Target, digest: string, bytes: Buffer): Promise<void> {
  const { uploadId, partSize = bytes.length } = await client.send(new InitiateLayerUploadCommand(repository));
  for (let from = 0; from < bytes.length; from += partSize) {
    const layerPartBlob = bytes.subarray(from, from + partSize);
    const part = { partFirstByte: from, partLastByte: from + layerPartBlob.length - 1, layerPartBlob };
    await client.send(new UploadLayerPartCommand({ ...repository, uploadId, ...part }));
  }
  await client
    .send(new CompleteLayerUploadCommand({ ...repository, uploadId, layerDigests: [digest] }))
    .catch((error: Error) => {
      if (error.name !== "LayerAlreadyExistsException") throw error;
    });
}

function wordsOf(error: Error): string {
  if (error.name === "AccessDeniedException") return `denied: ${error.message}`;
  if (error.name === "RepositoryNotFoundException") return `name unknown: ${error.message}`;
  if (error.name === "ImageTagAlreadyExistsException") return `tag invalid: ${error.message}`;
  return `${error.name}: ${error.message}`;
}

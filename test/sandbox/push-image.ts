// Pushes an image of given layers through ECR's API, the way a client does: what is there already is not sent again.
import { createHash } from "node:crypto";
import * as ecr from "@aws-sdk/client-ecr";

export const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

export const digestOf = (bytes: Uint8Array | string) =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export async function uploadLayer(
  client: ecr.ECRClient,
  repositoryName: string,
  bytes: Uint8Array,
): Promise<string> {
  const { uploadId } = await client.send(new ecr.InitiateLayerUploadCommand({ repositoryName }));
  const part = { partFirstByte: 0, partLastByte: bytes.length - 1, layerPartBlob: bytes };
  await client.send(new ecr.UploadLayerPartCommand({ repositoryName, uploadId, ...part }));
  const layerDigests = [digestOf(bytes)];
  await client.send(new ecr.CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests }));
  return layerDigests[0]!;
}

export function manifestOf(config: Uint8Array, layers: Uint8Array[]): string {
  const describe = (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: describe("application/vnd.oci.image.config.v1+json", config),
    layers: layers.map((bytes) => describe("application/vnd.oci.image.layer.v1.tar+gzip", bytes)),
  });
}

/** Answers the image's digest. `content` makes it a different one. */
export async function pushImage(
  client: ecr.ECRClient,
  repositoryName: string,
  imageTag: string | undefined,
  content: string,
): Promise<string> {
  const blobs = [Buffer.from(JSON.stringify({ of: content })), Buffer.from(`layer of ${content}`)] as const;
  const layerDigests = blobs.map(digestOf);
  const check = new ecr.BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests });
  const { layers = [] } = await client.send(check);
  for (const blob of blobs) {
    const there = layers.find((layer) => layer.layerDigest === digestOf(blob));
    if (there?.layerAvailability !== "AVAILABLE") await uploadLayer(client, repositoryName, blob);
  }
  const imageManifest = manifestOf(blobs[0], [blobs[1]]);
  const put = new ecr.PutImageCommand({ repositoryName, imageManifest, imageTag });
  return (await client.send(put)).image?.imageId?.imageDigest as string;
}

// Uploading a layer in parts, asking which are there, and where one is to be downloaded from. Rules: the ECR API
// Reference's pages of these five operations.
import type * as ecr from "@aws-sdk/client-ecr";
import { AwsError, type Handler } from "../platform.ts";
import type { Upload } from "./layers.ts";
import { findRepository, invalid, type Registry, save } from "./model.ts";

/** What InitiateLayerUpload tells, and the least size of a part that is not the last (CompleteLayerUpload, errors). */
const PART_BYTES = 10_485_760;
const LEAST_PART_BYTES = 5 * 1024 * 1024;

export function layerHandlers(
  registry: Registry,
  downloadUrl: (digest: string) => string,
): Record<string, Handler> {
  return {
    InitiateLayerUpload(input: ecr.InitiateLayerUploadRequest) {
      const { name } = findRepository(registry, input);
      return { uploadId: registry.layers.begin(name).id, partSize: PART_BYTES };
    },
    UploadLayerPart: (input: ecr.UploadLayerPartRequest) => uploadPart(registry, input),
    CompleteLayerUpload: (input: ecr.CompleteLayerUploadRequest) => completeUpload(registry, input),
    BatchCheckLayerAvailability: (input: ecr.BatchCheckLayerAvailabilityRequest) =>
      checkLayers(registry, input),
    GetDownloadUrlForLayer(input: ecr.GetDownloadUrlForLayerRequest) {
      const { name, layers } = findRepository(registry, input);
      const layerDigest = input.layerDigest ?? "";
      if (!layers[layerDigest])
        throw new AwsError(
          "LayersNotFoundException",
          `The layer with digest '${layerDigest}' does not exist in the repository with name '${name}'`,
        );
      return { layerDigest, downloadUrl: downloadUrl(layerDigest) };
    },
  };
}

function uploadPart(registry: Registry, input: ecr.UploadLayerPartRequest) {
  const { name } = findRepository(registry, input);
  const upload = findUpload(registry, name, input.uploadId);
  const { partFirstByte = -1, partLastByte = -1, layerPartBlob = new Uint8Array() } = input;
  const lastByteReceived = upload.receivedBytes - 1;
  const registryId = registry.platform.accountId;
  const expected = partFirstByte === upload.receivedBytes;
  if (!expected || layerPartBlob.length === 0 || partLastByte - partFirstByte + 1 !== layerPartBlob.length)
    throw new AwsError(
      "InvalidLayerPartException",
      `The layer part is not valid: byte ${upload.receivedBytes} is expected first, and as many bytes as announced.`,
      { registryId, repositoryName: name, uploadId: upload.id, lastValidByteReceived: lastByteReceived },
    );
  upload.partTooSmall ||= upload.receivedBytes > 0 && upload.lastPartBytes < LEAST_PART_BYTES;
  registry.layers.append(upload, layerPartBlob);
  return { registryId, repositoryName: name, uploadId: upload.id, lastByteReceived: partLastByte };
}

async function completeUpload(registry: Registry, input: ecr.CompleteLayerUploadRequest) {
  const repository = findRepository(registry, input);
  const upload = findUpload(registry, repository.name, input.uploadId);
  if (upload.receivedBytes === 0)
    throw new AwsError(
      "EmptyUploadException",
      "The specified layer upload does not contain any layer parts.",
    );
  if (upload.partTooSmall)
    throw new AwsError("LayerPartTooSmallException", "Layer parts must be at least 5 MiB in size.");
  const digest = await registry.layers.digestOf(upload);
  if (!input.layerDigests?.includes(digest))
    throw new AwsError("InvalidLayerException", `The layer's digest is ${digest}, not the one given.`);
  // Read again: digesting took a while.
  const { layers, ...now } = findRepository(registry, input);
  registry.layers.keep(upload, digest);
  if (layers[digest])
    throw new AwsError(
      "LayerAlreadyExistsException",
      `The layer ${digest} already exists in the repository.`,
    );
  save(registry, { ...now, layers: { ...layers, [digest]: { sizeBytes: upload.receivedBytes } } });
  return {
    registryId: registry.platform.accountId,
    repositoryName: now.name,
    uploadId: upload.id,
    layerDigest: digest,
  };
}

function checkLayers(registry: Registry, input: ecr.BatchCheckLayerAvailabilityRequest) {
  const { layers: known } = findRepository(registry, input);
  const layers: ecr.Layer[] = [];
  const failures: ecr.LayerFailure[] = [];
  for (const layerDigest of input.layerDigests ?? []) {
    const layer = known[layerDigest];
    if (!/^sha256:[0-9a-f]{64}$/.test(layerDigest))
      failures.push({
        layerDigest,
        failureCode: "InvalidLayerDigest",
        failureReason: "The layer digest is not valid.",
      });
    else
      layers.push({
        layerDigest,
        layerAvailability: layer ? "AVAILABLE" : "UNAVAILABLE",
        layerSize: layer?.sizeBytes,
        mediaType: layer?.mediaType,
      });
  }
  return { layers, failures };
}

function findUpload(registry: Registry, repository: string, id = ""): Upload {
  if (!id) throw invalid("Invalid parameter at 'uploadId': it is required.");
  const upload = registry.layers.upload(id);
  if (upload?.repository === repository) return upload;
  throw new AwsError(
    "UploadNotFoundException",
    `The upload with id '${id}' does not exist in the repository with name '${repository}'`,
  );
}

// Images, pulled by the calls of ECR alone and as the execution role, as on AWS. Each is unpacked once, by its digest,
// into a folder that tasks copy.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  BatchGetImageResponse,
  GetDownloadUrlForLayerResponse,
  ImageIdentifier,
} from "@aws-sdk/client-ecr";
import type { RuntimePlatform } from "@aws-sdk/client-ecs";
import type { State } from "../state.ts";
import { cannotPull, type ImageReference, parseImage } from "./image-reference.ts";
import { extractLayer } from "./layer.ts";

/** The part of an image's configuration that matters here (OCI image specification, "config"). */
export type ImageConfig = {
  Env?: string[];
  Entrypoint?: string[];
  Cmd?: string[];
  WorkingDir?: string;
  StopSignal?: string;
  /** Of the whole image: `amd64`, `arm64`. */
  architecture?: string;
};

export type UnpackedImage = { digest: string; root: string; config: ImageConfig };

type Descriptor = { digest: string; mediaType?: string; platform?: { os?: string; architecture?: string } };
type Manifest = { config?: Descriptor; layers?: Descriptor[]; manifests?: Descriptor[] };
/** `region`: of the registry, which may be another one (ECR User Guide, "Private registry"). */
type Pull = { state: State; region: string; repository: string; principal: string };

const DOWNLOAD_MILLISECONDS = 60_000;
const MANIFEST_TYPES = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

const unpacking = new Map<string, Promise<UnpackedImage>>();

/** Throws CannotPullContainerError. */
export async function pullImage(
  state: State,
  image: string,
  principal: string,
  platform: RuntimePlatform = {},
): Promise<UnpackedImage> {
  const pulled = await pull(state, image, principal);
  // An ARM machine's own images serve tasks of both kinds here, so that nobody has to build for two.
  if (platform.cpuArchitecture === "ARM64" && pulled.config.architecture === "amd64")
    throw cannotPull("image Manifest does not contain descriptor matching platform 'linux/arm64'");
  return pulled;
}

async function pull(state: State, image: string, principal: string): Promise<UnpackedImage> {
  const reference = parseImage(image);
  const from: Pull = { state, region: reference.region, repository: reference.repository, principal };
  try {
    const { digest, manifest } = await readManifest(from, reference, image);
    const directory = join(imagesDirectory(state), digest.slice("sha256:".length));
    const known = unpacking.get(directory);
    if (known) return await known;
    const made = unpack(from, digest, manifest, directory).finally(() => unpacking.delete(directory));
    unpacking.set(directory, made);
    return await made;
  } catch (error) {
    if ((error as Error).name === "CannotPullContainerError") throw error;
    throw cannotPull(`pull image manifest of ${image}: ${(error as Error).message}`, error);
  }
}

const imagesDirectory = (state: State) => join(state.directory, "images");

/** Forgets the copies that no task has been started from since then; ECR has the images. */
export function pruneImages(state: State, usedBefore: number): void {
  const directory = imagesDirectory(state);
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory))
    if (statSync(join(directory, name)).mtimeMs < usedBefore)
      rmSync(join(directory, name), { recursive: true, force: true });
}

async function readManifest(pull: Pull, { tag, digest }: ImageReference, image: string) {
  const asked: ImageIdentifier = digest ? { imageDigest: digest } : { imageTag: tag };
  const found = await getImage(pull, asked, image);
  const manifest = JSON.parse(found.text) as Manifest;
  if (!manifest.manifests) return { digest: found.digest, manifest };
  const chosen =
    manifest.manifests.find(({ platform }) => platform?.architecture === ARCHITECTURES[process.arch]) ??
    manifest.manifests[0];
  if (!chosen) throw cannotPull(`image index of ${image} is empty`);
  const one = await getImage(pull, { imageDigest: chosen.digest }, image);
  return { digest: one.digest, manifest: JSON.parse(one.text) as Manifest };
}

const ARCHITECTURES: Record<string, string> = { x64: "amd64", arm64: "arm64" };

async function getImage({ state, region, repository, principal }: Pull, id: ImageIdentifier, image: string) {
  const asked = { repositoryName: repository, imageIds: [id], acceptedMediaTypes: MANIFEST_TYPES };
  const answer = (await state.platform.call(
    "ecr",
    "BatchGetImage",
    asked,
    principal,
    region,
  )) as BatchGetImageResponse;
  const found = answer.images?.[0];
  if (!found?.imageManifest || !found.imageId?.imageDigest)
    throw cannotPull(`failed to resolve ref ${image}: ${image}: not found`);
  return { digest: found.imageId.imageDigest, text: found.imageManifest };
}

async function unpack(
  pull: Pull,
  digest: string,
  manifest: Manifest,
  directory: string,
): Promise<UnpackedImage> {
  const root = join(directory, "root");
  const configFile = join(directory, "config.json");
  if (existsSync(configFile)) {
    utimesSync(directory, new Date(), new Date());
    return { digest, root, config: JSON.parse(await readFile(configFile, "utf8")) as ImageConfig };
  }
  if (!manifest.config) throw cannotPull("the manifest has no config");
  const fresh = `${directory}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(join(fresh, "root"), { recursive: true });
  const blob = JSON.parse((await getBlob(pull, manifest.config.digest)).toString("utf8"));
  const config = { ...blob.config, architecture: blob.architecture } as ImageConfig;
  for (const layer of manifest.layers ?? []) {
    const file = join(fresh, "layer");
    await writeFile(file, await getBlob(pull, layer.digest));
    await extractLayer(file, join(fresh, "root"));
    rmSync(file);
  }
  await writeFile(join(fresh, "config.json"), JSON.stringify(config));
  rmSync(directory, { recursive: true, force: true });
  await rename(fresh, directory);
  return { digest, root, config };
}

async function getBlob({ state, region, repository, principal }: Pull, digest: string): Promise<Buffer> {
  const asked = { repositoryName: repository, layerDigest: digest };
  const { downloadUrl } = (await state.platform.call(
    "ecr",
    "GetDownloadUrlForLayer",
    asked,
    principal,
    region,
  )) as GetDownloadUrlForLayerResponse;
  const response = await fetch(downloadUrl!, { signal: AbortSignal.timeout(DOWNLOAD_MILLISECONDS) });
  if (!response.ok) throw cannotPull(`download of layer ${digest}: status ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const actual = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  if (actual !== digest) throw cannotPull(`filesystem layer verification failed for digest ${digest}`);
  return bytes;
}

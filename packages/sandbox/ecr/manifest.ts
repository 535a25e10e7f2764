// An image's manifest: which kinds there are and what they refer to. OCI Image Format Specification (manifest, index)
// and Docker's Image Manifest Version 2, Schema 2.
import { invalid } from "./model.ts";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

/** PutImage, imageManifest: at most 4,194,304 characters (ECR API Reference). */
const MAX_CHARACTERS = 4_194_304;

type Descriptor = { mediaType?: string; digest: string; size: number };

export type Manifest = {
  mediaType: string;
  artifactMediaType?: string;
  layers: Descriptor[];
  /** Of an index: the images in it. */
  images: Descriptor[];
  config?: Descriptor;
};

/** Throws InvalidParameterException. */
export function parseManifest(text = "", claimed?: string): Manifest {
  if (text.length > MAX_CHARACTERS) throw malformed(`it has over ${MAX_CHARACTERS} characters`);
  const document = parse(text);
  const mediaType = claimed ?? document.mediaType ?? guess(document);
  if (document.schemaVersion !== 2) throw malformed("its schemaVersion is not 2");
  if (claimed && document.mediaType && claimed !== document.mediaType)
    throw malformed(`it is ${document.mediaType}, not ${claimed}`);
  if (mediaType === OCI_INDEX || mediaType === DOCKER_LIST)
    return { mediaType, layers: [], images: descriptors(document.manifests, "manifests") };
  if (mediaType !== OCI_MANIFEST && mediaType !== DOCKER_MANIFEST)
    throw malformed(`${mediaType} is not a kind of manifest that a repository takes`);
  const [config] = descriptors([document.config], "config");
  const artifactMediaType = document.artifactType ?? config!.mediaType;
  return { mediaType, artifactMediaType, config, layers: descriptors(document.layers, "layers"), images: [] };
}

type Document = {
  schemaVersion?: number;
  mediaType?: string;
  artifactType?: string;
  config?: unknown;
  layers?: unknown;
  manifests?: unknown;
};

function parse(text: string): Document {
  try {
    const document: unknown = JSON.parse(text);
    if (document && typeof document === "object") return document as Document;
  } catch {
    // Said below.
  }
  throw malformed("it is not a JSON object");
}

function guess(document: Document): string {
  return document.manifests ? OCI_INDEX : OCI_MANIFEST;
}

function descriptors(found: unknown, where: string): Descriptor[] {
  if (!Array.isArray(found)) throw malformed(`${where} is missing`);
  for (const one of found as Partial<Descriptor>[])
    if (!/^sha256:[0-9a-f]{64}$/.test(one?.digest ?? "") || !Number.isInteger(one.size))
      throw malformed(`${where} has an entry without digest or size`);
  return found as Descriptor[];
}

function malformed(why: string) {
  return invalid(`Invalid parameter at 'ImageManifest' failed to satisfy constraint: ${why}`);
}

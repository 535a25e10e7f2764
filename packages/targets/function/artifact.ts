// From a release to the zip that Lambda takes: read from S3, digest compared, format told by its first bytes.
// Whatever is wrong with the artifact itself is a Refusal, whose message becomes the deployment's reason.
import { createHash } from "node:crypto";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Release } from "#core/domain/release.ts";
import type { Spec } from "#core/domain/spec.ts";
import { checkZippedSize, Refusal } from "./archive-rules.ts";
import { isNamed } from "./client.ts";
import { zipOfTarGz } from "./repack.ts";
import { hasSecrets, withReader } from "./secrets.ts";
import { checkZip } from "./zip-check.ts";

/** `codeSha256` is base64, as Lambda tells it. */
export type Package = { zip: Uint8Array; codeSha256: string };

export async function loadPackage(
  s3: S3Client,
  release: Release,
  spec: Pick<Spec, "secrets">,
): Promise<Package> {
  const bytes = await download(s3, release);
  verify(bytes, release);
  const own = await zipOf(bytes);
  const zip = hasSecrets(spec) ? withReader(own) : own;
  checkZippedSize(zip.length);
  return { zip, codeSha256: createHash("sha256").update(zip).digest("base64") };
}

/** A .zip as it is, a .tar.gz packed again. */
export async function zipOf(bytes: Uint8Array): Promise<Uint8Array> {
  checkZippedSize(bytes.length);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return zipOfTarGz(bytes);
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b)
    throw new Refusal("The artifact is no archive: it is neither a .zip nor a .tar.gz.");
  checkZip(bytes);
  return bytes;
}

async function download(s3: S3Client, release: Release): Promise<Uint8Array> {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(release.artifact.uri ?? "");
  if (!match) throw new Refusal(`Release ${release.version} has no artifact of the form s3://bucket/key.`);
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket: match[1], Key: match[2] }));
    checkZippedSize(object.ContentLength ?? 0);
    return await object.Body!.transformToByteArray();
  } catch (error) {
    if (isNamed(error, "NoSuchKey", "NoSuchBucket", "NotFound"))
      throw new Refusal(`The artifact ${release.artifact.uri} is not there.`, { cause: error });
    throw error;
  }
}

function verify(bytes: Uint8Array, release: Release): void {
  const expected = release.artifact.sha256;
  if (!expected) return;
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== expected.toLowerCase())
    throw new Refusal(
      `The artifact of ${release.version} has the SHA-256 ${found}, and the release says ${expected}.`,
    );
}

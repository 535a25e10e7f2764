// A link that anyone may download an artifact with, for five minutes: made when it is sent, since a command's parameters
// are kept in SSM's history.
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Artifact } from "#core/domain/release.ts";
import { wrongAt } from "#core/errors.ts";

const LINK_SECONDS = 300;

/** Throws `invalid_input` for an artifact that is not `s3://bucket/key`. */
export function downloadLink({ s3 }: { s3: S3Client }, artifact: Artifact): Promise<string> {
  const parts = /^s3:\/\/([^/]+)\/(.+)$/.exec(artifact.uri ?? "");
  if (!parts) throw wrongAt("artifact.uri", `"${artifact.uri}" is not s3://bucket/key.`);
  const [, Bucket, Key] = parts;
  return getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: LINK_SECONDS });
}

// One upload: its bytes go to a file and through every digest that something was promised for; the object exists only
// when all of them agree.
import { createHash } from "node:crypto";
import { type Readable, Transform } from "node:stream";
import { AwsError } from "../platform.ts";
import type { Buckets, ObjectRecord } from "./buckets.ts";
import { createDigest } from "./checksums.ts";

/** What the sender says of the bytes. `expected` is asked once they are all there: trailers come last. */
export type Promised = { algorithm: string; code: string; expected(): string | undefined };

export type Upload = Omit<ObjectRecord, "file" | "sizeBytes" | "etag" | "checksums"> & {
  body: Readable;
  promised: Promised[];
  /** Hex SHA-256 of the payload, where it is signed. */
  payloadSha256?: string;
};

export async function storeUpload(buckets: Buckets, bucket: string, upload: Upload): Promise<ObjectRecord> {
  const { body, promised, payloadSha256, ...described } = upload;
  const md5 = createHash("md5");
  const sha256 = payloadSha256 ? createHash("sha256") : undefined;
  const digests = promised.map((promise) => ({ ...promise, digest: createDigest(promise.algorithm) }));
  let sizeBytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      md5.update(chunk);
      sha256?.update(chunk);
      for (const { digest } of digests) digest.update(chunk);
      done(null, chunk);
    },
  });
  body.once("error", (error) => meter.destroy(error));
  const file = await buckets.receive(bucket, body.pipe(meter));
  try {
    const etag = md5.digest("hex");
    if (sha256 && sha256.digest("hex") !== payloadSha256)
      throw new AwsError(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    const checksums = verify(digests);
    const record = { ...described, file, sizeBytes, etag, checksums };
    buckets.commit(bucket, record);
    return record;
  } catch (error) {
    await buckets.discard(bucket, file);
    throw error;
  }
}

function verify(digests: (Promised & { digest: ReturnType<typeof createDigest> })[]): Record<string, string> {
  const checksums: Record<string, string> = {};
  for (const { algorithm, code, digest, expected } of digests) {
    const computed = digest.base64();
    const claimed = expected();
    if (claimed !== undefined && claimed !== computed)
      throw new AwsError(
        code,
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    if (algorithm !== "md5") checksums[algorithm] = computed;
  }
  return checksums;
}

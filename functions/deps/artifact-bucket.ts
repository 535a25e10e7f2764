// The bucket of artifacts, as far as the API and the trigger use it: an address to upload to, whether an object is
// there, and its digest. The bytes of an upload never pass through a function of ours, unless nobody named a digest.
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { awsOptions } from "./aws-options.ts";

export type ArtifactBucket = {
  name: string;
  /** A URL that takes one PUT of the key for so long. */
  uploadUrl(key: string, expiresInSeconds: number): Promise<string>;
  /** `null` where there is no such object; `sha256` where S3 knows it, lower-case hex. */
  head(key: string): Promise<{ sizeBytes: number; sha256: string | null; modifiedAt: string } | null>;
  /** Reads the whole object. */
  digest(key: string): Promise<string>;
  read(key: string): Promise<AsyncIterable<Uint8Array>>;
};

export function artifactBucket(name: string): ArtifactBucket {
  // A checksum that the SDK computes by itself would be that of an empty body, and every upload would be refused.
  const s3 = new S3Client({ ...awsOptions(20, 3), requestChecksumCalculation: "WHEN_REQUIRED" });
  const read = async (key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key: key }));
    return Body as Readable as AsyncIterable<Uint8Array>;
  };
  return {
    name,
    uploadUrl: (key, expiresIn) =>
      getSignedUrl(s3, new PutObjectCommand({ Bucket: name, Key: key }), { expiresIn }),
    head: async (key) => {
      try {
        const command = new HeadObjectCommand({ Bucket: name, Key: key, ChecksumMode: "ENABLED" });
        const { ContentLength = 0, LastModified, ChecksumSHA256, ChecksumType } = await s3.send(command);
        // A checksum of parts' checksums (COMPOSITE) is not the object's.
        const whole = ChecksumType !== "COMPOSITE" && ChecksumSHA256 && !ChecksumSHA256.includes("-");
        return {
          sizeBytes: ContentLength,
          sha256: whole ? hex(ChecksumSHA256) : null,
          modifiedAt: (LastModified ?? new Date(0)).toISOString(),
        };
      } catch (error) {
        if (["NotFound", "NoSuchKey"].includes((error as Error).name)) return null;
        throw error;
      }
    },
    digest: async (key) => {
      const hash = createHash("sha256");
      for await (const chunk of await read(key)) hash.update(chunk);
      return hash.digest("hex");
    },
    read,
  };
}

function hex(base64: string): string {
  return Buffer.from(base64, "base64").toString("hex");
}

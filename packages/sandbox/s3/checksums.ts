// The checksums that S3 verifies on upload, computed while the bytes pass. CRC64NVME is not implemented, and says so.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AwsError } from "../platform.ts";

export type Digest = { update(chunk: Buffer): void; base64(): string };

export const CHECKSUM_PREFIX = "x-amz-checksum-";

const ALGORITHMS: Record<string, () => Digest> = {
  crc32: () => crcDigest((chunk, value) => crc32(chunk, value)),
  crc32c: () => crcDigest(crc32c),
  md5: () => hashDigest("md5"),
  sha1: () => hashDigest("sha1"),
  sha256: () => hashDigest("sha256"),
};

export function createDigest(algorithm: string): Digest {
  const create = ALGORITHMS[algorithm];
  if (!create)
    throw new AwsError("NotImplemented", `The sandbox does not compute the checksum ${algorithm}.`);
  return create();
}

function hashDigest(algorithm: string): Digest {
  const hash = createHash(algorithm);
  return { update: (chunk) => hash.update(chunk), base64: () => hash.digest("base64") };
}

function crcDigest(step: (chunk: Buffer, value: number) => number): Digest {
  let value = 0;
  return {
    update(chunk) {
      value = step(chunk, value);
    },
    base64() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value >>> 0);
      return bytes.toString("base64");
    },
  };
}

// Castagnoli's polynomial, bit-reversed (RFC 3720, appendix B.4).
const CASTAGNOLI = 0x82f63b78;
let table: Uint32Array | undefined;

function crc32c(chunk: Buffer, value: number): number {
  table ??= Uint32Array.from({ length: 256 }, (_unused, index) => {
    let entry = index;
    for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >>> 1) ^ CASTAGNOLI : entry >>> 1;
    return entry;
  });
  let crc = ~value;
  for (const byte of chunk) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

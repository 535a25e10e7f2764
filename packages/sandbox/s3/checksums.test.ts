import { expect, test } from "vitest";
import { createDigest } from "./checksums.ts";

// "123456789" is the check string of the CRC catalogue; the values below are its published results, in base64.
test.each([
  ["crc32", "cbf43926"],
  ["crc32c", "e3069283"],
  ["md5", "25f9e794323b453885f5181f1b624d0b"],
  ["sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"],
  ["sha256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
])("%s of the check string", (algorithm, hex) => {
  const digest = createDigest(algorithm);
  digest.update(Buffer.from("12345"));
  digest.update(Buffer.from("6789"));
  expect(Buffer.from(digest.base64(), "base64").toString("hex")).toBe(hex);
});

test("an unknown algorithm is refused by name", () => {
  expect(() => createDigest("crc64nvme")).toThrow("does not compute the checksum crc64nvme");
});

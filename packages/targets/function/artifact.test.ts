import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { GetObjectCommand, NoSuchKey, S3Client } from "@aws-sdk/client-s3";
import { strToU8, unzipSync, zipSync } from "fflate";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import type { Release } from "#core/domain/release.ts";
import { mocked } from "#test/support/mocked.ts";
import { loadPackage, zipOf } from "./artifact.ts";

type Entry = { name: string; text?: string; type?: "file" | "symlink" | "directory"; mode?: number };

async function tarGz(...entries: Entry[]): Promise<Uint8Array> {
  const tar = pack();
  for (const { text = "", ...header } of entries) tar.entry({ linkname: "/etc/passwd", ...header }, text);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

const code = { name: "./index.js", text: "exports.handler = 1" };

test("a .tar.gz becomes a zip with the same files, and the same bytes every time", async () => {
  const archive = await tarGz({ name: "./sub", type: "directory" }, code, { name: "./sub/a.txt", text: "a" });
  const zip = await zipOf(archive);
  const files = Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
  expect(files).toEqual([
    ["index.js", "exports.handler = 1"],
    ["sub/a.txt", "a"],
  ]);
  expect(await zipOf(archive)).toEqual(zip);
});

test("what may be run stays so, and everybody may read", async () => {
  const zip = Buffer.from(
    await zipOf(await tarGz({ name: "run", text: "x", mode: 0o700 }, { ...code, mode: 0o600 })),
  );
  const directory = zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  const second = zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2]), directory + 4);
  expect([directory, second].map((at) => (zip.readUInt32LE(at + 38) >>> 16).toString(8))).toEqual([
    "100755",
    "100644",
  ]);
});

test("a .zip is taken as it is", async () => {
  const zip = zipSync({ "index.js": strToU8("exports.handler = 1") });
  expect(await zipOf(zip)).toBe(zip);
});

const refused: [string, () => Promise<Uint8Array> | Uint8Array, RegExp][] = [
  ["a text file", () => strToU8("hello"), /is no archive/],
  ["an empty file", () => new Uint8Array(0), /is no archive/],
  ["a gzip of something else", () => gzipSync("no tar ".repeat(500)), /damaged \.tar\.gz/],
  ["a cut .tar.gz", async () => (await tarGz(code)).subarray(0, 40), /damaged \.tar\.gz/],
  ["a cut .zip", () => zipSync({ a: strToU8("a") }).subarray(0, 40), /damaged zip/],
  ["an empty .tar.gz", () => tarGz(), /is empty/],
  ["an empty .zip", () => zipSync({}), /is empty/],
  [
    "a tar entry that leaves the directory",
    () => tarGz({ name: "../evil", text: "x" }),
    /"..\/evil".*outside/,
  ],
  ["a tar entry with an absolute name", () => tarGz({ name: "/etc/evil", text: "x" }), /outside/],
  ["a zip entry that leaves the directory", () => zipSync({ "a/../../evil": strToU8("x") }), /outside/],
  ["a zip entry with a backslash", () => zipSync({ "..\\evil": strToU8("x") }), /outside/],
  ["a symbolic link in a tar", () => tarGz({ name: "link", type: "symlink" }), /the link "link"/],
  [
    "a symbolic link in a zip",
    () => zipSync({ link: [strToU8("/etc/passwd"), { os: 3, attrs: 0o120777 << 16 }] }),
    /the link "link"/,
  ],
  [
    "more than Lambda takes",
    () => new Uint8Array(50 * 1024 * 1024 + 1),
    /50\.0 MiB zipped; Lambda takes at most 50/,
  ],
];

for (const [what, make, reason] of refused)
  test(`${what} is refused with its reason`, async () => {
    await expect(zipOf(await make())).rejects.toThrow(reason);
  });

function release(sha256?: string): Release {
  const artifact = { uri: "s3://store/uploads/a.zip", sha256 };
  return { id: "rel_1", app: "a", version: "v1", artifact, manifest: {}, createdAt: "", createdBy: "" };
}

function storing(bytes: Uint8Array): S3Client {
  const Body = { transformToByteArray: async () => bytes } as never;
  mocked(S3Client).on(GetObjectCommand, { Bucket: "store", Key: "uploads/a.zip" }).resolves({ Body });
  return new S3Client({});
}

test("an artifact is compared with the digest of its release", async () => {
  const zip = zipSync({ "index.js": strToU8("1") });
  const hash = createHash("sha256").update(zip);
  const s3 = storing(zip);
  const loaded = await loadPackage(s3, release(hash.copy().digest("hex").toUpperCase()), {});
  expect(loaded.codeSha256).toBe(hash.digest("base64"));
  await expect(loadPackage(s3, release("00"), {})).rejects.toThrow(
    /has the SHA-256 [0-9a-f]{64}, and the release says 00/,
  );
});

test("an artifact that is not there is told by its address", async () => {
  mocked(S3Client)
    .on(GetObjectCommand)
    .rejects(new NoSuchKey({ message: "gone", $metadata: {} }));
  await expect(loadPackage(new S3Client({}), release(), {})).rejects.toThrow(
    "s3://store/uploads/a.zip is not there",
  );
});

import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import { digestOfArchive } from "./archive.ts";

async function tarGz(files: Record<string, Uint8Array>): Promise<Buffer> {
  const tar = pack();
  for (const [name, bytes] of Object.entries(files)) tar.entry({ name }, Buffer.from(bytes));
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

async function* inChunks(bytes: Uint8Array, size = 700) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const said = (bytes: Uint8Array) =>
  digestOfArchive(inChunks(bytes)).then(
    () => "whole",
    (error: { code: string; message: string }) => [error.code, error.message],
  );

const files = { "app.js": randomBytes(5000), "more/data": randomBytes(90_000) };

test("a whole archive gives its digest", async () => {
  for (const bytes of [await tarGz(files), zipSync(files)])
    expect(await digestOfArchive(inChunks(bytes))).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("an archive that is cut off anywhere, or damaged, is told as such", async () => {
  const [tar, zip] = [await tarGz(files), zipSync(files)];
  for (const bytes of [tar, zip])
    for (const part of [0.1, 0.5, 0.99]) {
      const cut = await said(bytes.subarray(0, Math.floor(bytes.length * part)));
      expect([part, cut[0]]).toEqual([part, "invalid_input"]);
    }
  const damaged = Buffer.from(tar);
  damaged.fill(0, 40_000, 40_100);
  expect((await said(damaged))[0]).toBe("invalid_input");
});

test("what is no archive, and one without a file, is told as such", async () => {
  expect(await said(Buffer.from("<html>"))).toEqual([
    "invalid_input",
    "The object is neither a .tar.gz nor a .zip.",
  ]);
  expect((await said(gzipSync("no tar at all")))[0]).toBe("invalid_input");
  expect((await said(new Uint8Array()))[0]).toBe("invalid_input");
  expect((await said(await tarGz({})))[0]).toBe("invalid_input");
  expect((await said(zipSync({})))[0]).toBe("invalid_input");
});

test("an error of the way is not one of the archive", async () => {
  const tar = await tarGz(files);
  async function* broken() {
    yield tar.subarray(0, 1000);
    throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  }
  await expect(digestOfArchive(broken())).rejects.toThrow("ECONNRESET");
});

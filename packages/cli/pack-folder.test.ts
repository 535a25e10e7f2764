import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import tar from "tar-stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packFolder } from "./pack-folder.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-pack-"));
  put("app.js", "run");
});

afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
}

async function entries(bytes: Buffer): Promise<string[]> {
  const names: string[] = [];
  const extract = tar.extract();
  Readable.from(bytes).pipe(createGunzip()).pipe(extract);
  for await (const entry of extract) {
    const { name, mode, uid, mtime } = entry.header;
    names.push(`${name} ${mode?.toString(8)} ${uid} ${mtime?.getTime()}`);
    entry.resume();
  }
  return names;
}

test("the same content gives the same bytes, whatever times and owners' modes say", async () => {
  const first = await packFolder(folder);
  utimesSync(join(folder, "app.js"), 1, 2);
  chmodSync(join(folder, "app.js"), 0o600);
  expect(await packFolder(folder)).toEqual(first);
  put("app.js", "other");
  expect(await packFolder(folder)).not.toEqual(first);
});

test("entries are sorted, of nobody, of no time, and keep only whether they can be run", async () => {
  put("bin/run.sh", "#!/bin/sh");
  chmodSync(join(folder, "bin/run.sh"), 0o700);
  put("node_modules/dep/index.js", "dep");
  expect(await entries(await packFolder(folder))).toEqual([
    "app.js 644 0 0",
    "bin/ 755 0 0",
    "bin/run.sh 755 0 0",
    "node_modules/ 755 0 0",
    "node_modules/dep/ 755 0 0",
    "node_modules/dep/index.js 644 0 0",
  ]);
});

test("version control and what .tuttiignore names is left out", async () => {
  put(".git/HEAD", "ref");
  put("debug.log", "x");
  put("keep.log", "x");
  put("test/app.test.js", "x");
  put(".tuttiignore", "*.log\n!keep.log\n# a comment\n/test/\n");
  const names = (await entries(await packFolder(folder))).map((entry) => entry.split(" ")[0]);
  expect(names).toEqual(["app.js", "keep.log"]);
});

test("links inside are kept, links that lead out are refused by name", async () => {
  symlinkSync("app.js", join(folder, "main.js"));
  expect(await entries(await packFolder(folder))).toContain("main.js 777 0 0");
  symlinkSync("../../etc/passwd", join(folder, "out"));
  await expect(packFolder(folder)).rejects.toThrow(
    "out is a link that leads out of the folder (../../etc/passwd)",
  );
});

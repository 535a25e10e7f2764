import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packContext } from "./pack-context.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-context-"));
  put("Dockerfile", "FROM node");
  put("app.js", "run");
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const names = async () => Object.keys(unzipSync(await packContext(folder)));

test("the same content gives the same bytes, whatever the times say", async () => {
  const first = await packContext(folder);
  utimesSync(join(folder, "app.js"), 1, 2);
  expect(await packContext(folder)).toEqual(first);
  put("app.js", "other");
  expect(await packContext(folder)).not.toEqual(first);
});

test("what .dockerignore names stays here, but never the Dockerfile", async () => {
  for (const path of ["node_modules/a/index.js", "a.log", "sub/b.log", "docs/x.md", "docs/keep.md"])
    put(path, "");
  put(".dockerignore", "# made elsewhere\nnode_modules\n**/*.log\n/docs\n!docs/keep.md\nDockerfile\n");
  expect(await names()).toEqual([".dockerignore", "Dockerfile", "app.js", "docs/keep.md"]);
});

test("links and whether a file can be run are kept", async () => {
  chmodSync(join(folder, "app.js"), 0o700);
  symlinkSync("app.js", join(folder, "main.js"));
  const zip = Buffer.from(await packContext(folder));
  expect(strFromU8(unzipSync(zip)["main.js"]!)).toBe("app.js");
  const modeOf = (name: string) => zip.readUInt32LE(zip.lastIndexOf(name) - 8) >>> 16;
  expect([modeOf("app.js"), modeOf("Dockerfile"), modeOf("main.js")]).toEqual([0o100755, 0o100644, 0o120777]);
});

test("a folder without a Dockerfile is wrong use", async () => {
  rmSync(join(folder, "Dockerfile"));
  await expect(packContext(folder)).rejects.toThrow("there is no Dockerfile in the folder");
});

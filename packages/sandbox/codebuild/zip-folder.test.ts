import { lstatSync, mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterEach, beforeEach, expect, test } from "vitest";
import { unzipInto } from "./zip-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zip-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const unix = (mode: number) => ({ os: 3, attrs: mode << 16 });

test("modes and links are as the archive says", () => {
  const zip = zipSync({
    "a/run.sh": [strToU8("#!/bin/sh"), unix(0o100755)],
    "a/plain": [strToU8("x"), unix(0o100644)],
    link: [strToU8("a/plain"), unix(0o120777)],
    dos: strToU8("x"),
  });
  unzipInto(zip, folder);
  const mode = (path: string) => lstatSync(join(folder, path)).mode & 0o777;
  expect([mode("a/run.sh"), mode("a/plain"), mode("dos")]).toEqual([0o755, 0o644, 0o644]);
  expect(readlinkSync(join(folder, "link"))).toBe("a/plain");
});

test("nothing is written outside of the folder", () => {
  expect(() => unzipInto(zipSync({ "../out": strToU8("x") }), folder)).toThrow("leads out of the folder");
});

test("what is no zip is an error", () => {
  expect(() => unzipInto(strToU8("no zip at all, but long enough"), folder)).toThrow();
});

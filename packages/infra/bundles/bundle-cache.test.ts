import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openBundleCache } from "./bundle-cache.ts";

const QUESTION = { short: "api", options: { minify: true }, assets: ["web/index.html"] };
const BUNDLE = { zip: new Uint8Array([1, 2, 3]), sizeBytes: 9 };
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tutti-cache-"));
  mkdirSync(join(root, "web"));
  writeFileSync(join(root, "a.ts"), "a");
  writeFileSync(join(root, "web/index.html"), "page");
  openBundleCache(root).write(QUESTION, ["a.ts"], BUNDLE);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("a bundle whose inputs are what they were is read again", () => {
  expect(openBundleCache(root).read(QUESTION)).toEqual(BUNDLE);
});

test.each([
  ["an input", () => writeFileSync(join(root, "a.ts"), "longer")],
  ["an asset", () => writeFileSync(join(root, "web/index.html"), "another page")],
  ["what is installed", () => writeFileSync(join(root, "package-lock.json"), "{}")],
  ["the kept zip", () => writeFileSync(join(root, "node_modules/.cache/tutti/api.zip"), "cut")],
  ["the kept list", () => writeFileSync(join(root, "node_modules/.cache/tutti/api.json"), "{")],
  ["an input, away", () => rmSync(join(root, "a.ts"))],
])("a bundle is made anew when this changed: %s", (_what, change) => {
  change();
  expect(openBundleCache(root).read(QUESTION)).toBeUndefined();
});

test("other options are another bundle", () => {
  expect(openBundleCache(root).read({ ...QUESTION, options: { minify: false } })).toBeUndefined();
});

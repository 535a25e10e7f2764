import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256Hex } from "#functions/api/sha256.ts";
import { REGISTRY } from "#test/support/api.ts";
import { openTestCli, type TestCli } from "#test/support/cli.ts";

let cli: TestCli;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-image-"));
  writeFileSync(join(folder, "tutti.yaml"), "app: shop\nkind: container\n");
  writeFileSync(join(folder, "Dockerfile"), "FROM node\n");
  cli = await openTestCli(folder);
  await cli.tutti(["apply"]);
});
afterEach(async () => {
  await cli.close();
  rmSync(folder, { recursive: true });
});

const build = (...args: string[]) => cli.tutti(["image", "build", ".", ...args]);
const IMAGE = `${REGISTRY}/tutti/shop@sha256:${sha256Hex("v1")}`;

test("image build uploads the folder, tells how it goes, and prints the image alone on stdout", async () => {
  const { code, out, err } = await build("-t", "shop:v1");
  expect([code, out]).toEqual([0, `${IMAGE}\n`]);
  expect(err.split("\n")).toEqual([
    expect.stringMatching(/^shop v1: uploaded 0\.\d kB$/),
    "shop v1: starting a builder",
    "shop v1: building and pushing",
    "",
  ]);
  expect([...cli.uploads.keys()]).toEqual([expect.stringMatching(/^uploads\/shop\/art_\w+\/context\.zip$/)]);
});

test("a build that failed is exit code 1, with the log's last lines and the reason", async () => {
  const { code, out } = await build("-t", "shop:broken");
  expect([code, out]).toEqual([
    1,
    "one line\nthe last line\nshop broken: failed: the last line (docker build: exit status 1)\n",
  ]);
});

test("--json prints the API's last answer and nothing else", async () => {
  const { code, out, err } = await build("-t", "shop:v1", "--json");
  expect([code, err]).toEqual([0, ""]);
  expect(JSON.parse(out)).toMatchObject({ app: "shop", version: "v1", status: "succeeded", image: IMAGE });
});

test("what cannot be built is wrong use", async () => {
  expect(await build("-t", "shop")).toMatchObject({ code: 2, err: "error: -t shop: must be APP:VERSION\n" });
  expect((await cli.tutti(["image", "build", "none", "-t", "shop:v1"])).err).toBe(
    "error: there is no folder none\n",
  );
  expect((await build("-t", "nope:v1")).code).toBe(2);
  rmSync(join(folder, "Dockerfile"));
  expect((await build("-t", "shop:v1")).err).toBe("error: there is no Dockerfile in the folder\n");
});

test("a release is registered from an image, by the digest that its tag has", async () => {
  const args = ["release", "--version", "v1", "--image", `${REGISTRY}/tutti/shop:v1`];
  expect(await cli.tutti(args)).toEqual({ code: 0, out: `shop v1 released: ${IMAGE}\n`, err: "" });
});

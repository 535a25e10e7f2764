import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-web-"));
  mkdirSync(join(folder, "web/assets"), { recursive: true });
  writeFileSync(join(folder, "web/index.html"), "<!doctype html><p>console</p>");
  writeFileSync(join(folder, "web/assets/index-a1b2c3.js"), "console.log(1)");
  writeFileSync(join(folder, "web/icon.svg"), "<svg/>");
  writeFileSync(join(folder, "secret.txt"), "secret");
  api = await openTestApi({ webFolder: pathToFileURL(join(folder, "web/")) });
});

afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  api.call("GET", path, undefined, { authorization: "", ...headers });

test("the page is asked for again each time, and answered 304 where nothing changed", async () => {
  const page = await get("/");
  expect([page.status, page.body]).toEqual([200, "<!doctype html><p>console</p>"]);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("cache-control")).toBe("no-cache");
  const again = await get("/", { "if-none-match": page.headers.get("etag")! });
  expect([again.status, again.body]).toEqual([304, undefined]);
});

test("what carries a hash in its name is kept for a year", async () => {
  const script = await get("/assets/index-a1b2c3.js");
  expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
});

test("an icon beside the page is served as what it is", async () => {
  const icon = await get("/icon.svg");
  expect([icon.status, icon.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
  expect((await get("/other.svg")).status).toBe(404);
});

test("nothing outside the folder is served", async () => {
  for (const path of [
    "/assets/..%2f..%2fsecret.txt",
    "/assets/%2e%2e%2fsecret.txt",
    "/assets/../../secret.txt",
  ])
    expect((await get(path)).status).toBe(404);
  expect((await get("/assets/none.js")).status).toBe(404);
  expect((await get("/assets/")).status).toBe(404);
});

test("an installation without the console's files says so", async () => {
  const bare = await openTestApi();
  const page = await bare.call("GET", "/");
  expect(page.body).toContain("The console has not been built");
  await bare.close();
});

test("the docs page names no other origin", async () => {
  for (const path of ["/docs", "/docs/docs.js", "/docs/docs.css"])
    expect((await get(path)).body).not.toMatch(/https?:\/\//);
});

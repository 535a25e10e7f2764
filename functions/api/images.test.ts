import { afterEach, beforeEach, expect, test } from "vitest";
import { openShop } from "#test/support/a-shop.ts";
import { openTestApi, REGISTRY, type TestApi } from "#test/support/api.ts";
import { sha256Hex } from "./sha256.ts";

const CONTAINER = { app: "shop", kind: "container", replicas: 2 };
const SOURCE = { uri: "s3://bucket/uploads/shop/art_1/context.zip" };

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
  await openShop(api, [], CONTAINER);
});
afterEach(() => api.close());

const build = (version: string, source: object = SOURCE, app = "shop") =>
  api.call("POST", `/v1/apps/${app}/images`, { version, source });
const look = (id: string, query = "", app = "shop") =>
  api.call("GET", `/v1/apps/${app}/images/${id}${query}`);
const release = (version: string, artifact: object) =>
  api.call("POST", "/v1/apps/shop/releases", { version, artifact });

test("an image is built from an uploaded folder and followed to its reference", async () => {
  const { status, body } = await build("v1");
  expect(status).toBe(202);
  expect(body).toEqual({
    id: body.id,
    app: "shop",
    version: "v1",
    status: "building",
    phase: "starting a builder",
    image: null,
    reason: "",
    log: [],
    startedAt: "2026-01-05T12:00:00.000Z",
    endedAt: null,
    cost: null,
  });
  const wait = `?waitSeconds=20&afterPhase=${encodeURIComponent(body.phase)}`;
  expect((await look(body.id, wait)).body.phase).toBe("building and pushing");
  expect((await look(body.id)).body).toMatchObject({
    status: "succeeded",
    image: `${REGISTRY}/tutti/shop@sha256:${sha256Hex("v1")}`,
    reason: "",
    cost: { minutes: 1, dollars: 0.005 },
  });
});

test("a build that failed says why, with the last lines of its log", async () => {
  const { body } = await build("v1-broken");
  await look(body.id);
  await look(body.id);
  expect((await look(body.id)).body).toMatchObject({
    status: "failed",
    image: null,
    reason: "the last line (docker build: exit status 1)",
    log: ["one line", "the last line"],
  });
});

test("a look waits until the phase is another one, or its time is up", async () => {
  const { body } = await build("v1");
  api.deps.imageBuilds.find = async () => ({ ...body, phase: "fetching the folder" });
  const before = api.clock.now();
  await look(body.id, "?waitSeconds=3&afterPhase=fetching%20the%20folder");
  expect(api.clock.now() - before).toBe(3000);
  await look(body.id, "?waitSeconds=3&afterPhase=starting%20a%20builder");
  expect(api.clock.now() - before).toBe(3000);
});

test("an app that is deleted has its builds stopped, and no other app's", async () => {
  await api.call("PUT", "/v1/apps/other", { ...CONTAINER, app: "other" });
  const [{ body: own }, { body: others }] = [
    await build("v1"),
    await build("v1", { uri: "s3://bucket/uploads/other/art_1/context.zip" }, "other"),
  ];
  expect((await api.call("DELETE", "/v1/apps/shop")).status).toBe(204);
  const find = async (id: string) => (await api.deps.imageBuilds.find(id))?.status;
  expect([await find(own.id), await find(others.id)]).toEqual(["failed", "building"]);
});

test("a build is found under its own app only", async () => {
  await api.call("PUT", "/v1/apps/other", { ...CONTAINER, app: "other" });
  const { body } = await build("v1");
  expect((await look(body.id, "", "other")).status).toBe(404);
  expect((await look("img_none")).status).toBe(404);
});

test("only a container's folder is built, from this app's own upload, under a version that can be a tag", async () => {
  await api.call("PUT", "/v1/apps/web", { app: "web", kind: "server", start: "node app.js" });
  const wrongKind = await build("v1", SOURCE, "web");
  expect([wrongKind.status, wrongKind.body.code]).toEqual([422, "not_supported_by_kind"]);
  const pathOf = (answer: { body: { errors: { path: string }[] } }) => answer.body.errors[0]?.path;
  expect(pathOf(await build("v1", { uri: "s3://bucket/uploads/other/art_1/context.zip" }))).toBe(
    "source.uri",
  );
  expect(pathOf(await build("v1", { uri: "s3://bucket/uploads/shop/missing.zip" }))).toBe("source.uri");
  expect(pathOf(await build("v1+a"))).toBe("version");
  expect((await build("v1", SOURCE, "nope")).status).toBe(404);
});

test("a container's release is pinned to the digest that its tag has now", async () => {
  const image = `${REGISTRY}/tutti/shop`;
  const first = await release("v1", { image: `${image}:1.0` });
  expect([first.status, first.body.artifact]).toEqual([
    201,
    { image: `${image}@sha256:${sha256Hex("1.0")}` },
  ]);
  expect((await release("v1", { image: `${image}:1.0` })).status).toBe(200);
  const moved = await release("v1", { image: `${image}:1.1` });
  expect([moved.status, moved.body.code]).toEqual([409, "version_exists"]);
});

test("an image is for containers, and containers take nothing else", async () => {
  const uri = await release("v1", { uri: "s3://bucket/uploads/shop/x/a.tar.gz" });
  expect([uri.status, uri.body.code, uri.body.errors[0].path]).toEqual([
    422,
    "not_supported_by_kind",
    "artifact.uri",
  ]);
  await api.call("PUT", "/v1/apps/shop", { app: "shop", kind: "server", start: "node app.js" });
  const image = await release("v1", { image: `${REGISTRY}/tutti/shop:1.0` });
  expect([image.status, image.body.code, image.body.errors[0].path]).toEqual([
    422,
    "not_supported_by_kind",
    "artifact.image",
  ]);
  const both = await release("v1", { image: "x", sha256: "a".repeat(64) });
  expect([both.status, both.body.errors[0].path]).toEqual([422, "artifact"]);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { openShop } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
  await openShop(api);
});

afterAll(() => api.close());

const PATH = "/v1/apps/shop/deployments";
const BODY = { environment: "prod", version: "v1" };
const deploy = (key: string, body: object = BODY) => api.call("POST", PATH, body, { "idempotency-key": key });

test("the same key and body give the first answer again, and the work is done once", async () => {
  const started = api.started.length;
  const first = await deploy("once");
  const again = await deploy("once");
  expect([first.status, again.status]).toEqual([202, 202]);
  expect(again.body).toEqual(first.body);
  expect(api.started.length).toBe(started + 1);
});

test("the same key with another body is refused, and nothing is done", async () => {
  await deploy("other");
  const started = api.started.length;
  const answer = await deploy("other", { ...BODY, version: "v2" });
  expect([answer.status, answer.body.code]).toEqual([422, "idempotency_mismatch"]);
  expect(api.started.length).toBe(started);
});

test("of two calls at once one does the work, and both get its answer", async () => {
  const all = await Promise.all([deploy("race"), deploy("race"), deploy("race")]);
  expect(all.map((answer) => answer.status)).toEqual([202, 202, 202]);
  expect(new Set(all.map((answer) => answer.body.id)).size).toBe(1);
});

test("a refusal is kept like any answer", async () => {
  const conflict = () =>
    api.call("POST", "/v1/deployments/dep_none/pause", {}, { "idempotency-key": "refused" });
  const first = await conflict();
  const again = await conflict();
  expect([first.status, again.status]).toEqual([404, 404]);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get("content-type")).toBe("application/problem+json");
});

test("a failure of ours is not kept: trying again can mend it", async () => {
  const { create } = api.store.deployments;
  api.store.deployments.create = () => Promise.reject(new Error("the table is away"));
  expect((await deploy("mended")).status).toBe(500);
  api.store.deployments.create = create;
  expect((await deploy("mended")).status).toBe(202);
});

test("a key that could not be a header is refused by name", async () => {
  const answer = await deploy("x".repeat(201));
  expect([answer.status, answer.body.errors[0].path]).toEqual([422, "Idempotency-Key"]);
});

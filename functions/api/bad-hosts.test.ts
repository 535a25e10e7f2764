import { afterEach, beforeEach, expect, test } from "vitest";
import { openShop } from "#test/support/a-shop.ts";
import { aToken } from "#test/support/a-token.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
  await openShop(api);
});
afterEach(() => api.close());

const LIST = "/v1/environments/prod/bad-hosts";
const HOST = `${LIST}/web/web-2`;
const listed = async () => (await api.call("GET", LIST)).body.items;

test("an operator marks a host and takes it back; who and why is shown, and each is in the audit", async () => {
  const operator = await aToken(api, { role: "operator", name: "ann" });
  expect(await listed()).toEqual([]);
  const marked = await operator.call("PUT", HOST, { why: "its disk is being replaced" });
  expect(marked.status).toBe(201);
  expect(await listed()).toEqual([marked.body]);
  expect(marked.body).toMatchObject({ pool: "web", host: "web-2", by: "ann", provenSince: null });
  expect((await operator.call("PUT", HOST, { why: "still" })).status).toBe(200);
  expect(await listed()).toMatchObject([{ why: "still" }]);
  expect((await operator.call("DELETE", HOST)).status).toBe(204);
  expect((await operator.call("DELETE", HOST)).body).toMatchObject({
    code: "not_found",
    detail: "web-2 of pool web is not marked bad in prod.",
  });
  expect(await listed()).toEqual([]);
  const { body } = await api.call("GET", "/v1/audit?environment=prod");
  const marks = body.items.filter((one: { path: string }) => one.path === HOST);
  expect(marks.map((one: { status: number }) => one.status)).toEqual([404, 204, 200, 201]);
});

test("settings are written and read without the marks, which stay", async () => {
  await api.call("PUT", HOST, { why: "it is ill" });
  const { body } = await api.call("GET", "/v1/environments");
  const { name, updatedAt, ...settings } = body.items.find((one: { name: string }) => one.name === "prod");
  expect((await api.call("PUT", "/v1/environments/prod", settings)).status).toBe(200);
  expect(await listed()).toMatchObject([{ host: "web-2", why: "it is ill" }]);
});

test("a pool or an environment that is not there has no hosts to mark", async () => {
  const refused = await api.call("PUT", `${LIST}/other/web-2`, { why: "x" });
  expect([refused.status, refused.body.detail]).toEqual([404, "prod has no pool other."]);
  expect((await api.call("GET", "/v1/environments/nowhere/bad-hosts")).status).toBe(404);
  expect((await api.call("PUT", HOST, {})).body.errors).toMatchObject([{ path: "why" }]);
});

test("of a pool whose hosts are named one by one no other host is marked", async () => {
  const host = { name: "box-1", address: "10.0.0.1", user: "ops", hostKey: `ssh-ed25519 ${"A".repeat(68)}` };
  const pools = { boxes: { ssh: { hosts: [host], keySecret: "pool-key" } } };
  const put = await api.call("PUT", "/v1/environments/dev", { pools });
  expect(put.status, JSON.stringify(put.body)).toBeLessThan(300);
  const mark = (name: string) =>
    api.call("PUT", `/v1/environments/dev/bad-hosts/boxes/${name}`, { why: "it is ill" });
  expect((await mark("box-2")).body).toMatchObject({
    code: "not_found",
    detail: "Pool boxes of dev has no host box-2; it has box-1.",
  });
  expect((await mark("box-1")).status).toBe(201);
});

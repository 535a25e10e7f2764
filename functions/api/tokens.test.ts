import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { openShop } from "#test/support/a-shop.ts";
import { aToken, holderOf } from "#test/support/a-token.ts";
import { openTestApi, type TestApi, TOKEN } from "#test/support/api.ts";

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
  await openShop(api);
});

afterAll(() => api.close());

const make = (body: object, headers = {}) => api.call("POST", "/v1/tokens", body, headers);

test("a new token shows its secret once, and what it may do", async () => {
  const { status, body } = await make({ name: "ci", role: "deployer", scope: { apps: ["team-*"] } });
  expect(status).toBe(201);
  expect(body.secret).toMatch(/^tutti_tok_[0-9a-z]{19}_[A-Za-z0-9_-]{43}$/);
  expect(body).toMatchObject({
    name: "ci",
    role: "deployer",
    scope: { apps: ["team-*"], environments: ["*"] },
    createdBy: "admin",
    expiresAt: null,
    lastUsedAt: null,
    revoked: false,
  });
  const me = await holderOf(api, body.id, body.secret).call("GET", "/v1/me");
  expect(me.body).toEqual({
    id: body.id,
    name: "ci",
    role: "deployer",
    scope: { apps: ["team-*"], environments: ["*"] },
    permissions: ["public", "read", "deploy"],
    expiresAt: null,
  });
});

test("two tokens never share a secret, and one's id does not go with another's secret", async () => {
  const [one, two] = [await aToken(api), await aToken(api)];
  expect(one.secret.slice(-43)).not.toBe(two.secret.slice(-43));
  const mixed = holderOf(api, one.id, `tutti_${one.id}_${two.secret.slice(-43)}`);
  expect((await mixed.call("GET", "/v1/me")).status).toBe(401);
});

test("a wrong secret, an unknown id, a cut or a broken one is refused", async () => {
  const { secret } = await aToken(api);
  const wrong = [
    `${secret.slice(0, -1)}${secret.endsWith("A") ? "B" : "A"}`,
    secret.slice(0, -1),
    `${secret}A`,
    secret.replace("tok_", "tok_z"),
    secret.toUpperCase(),
    "tutti__",
    "x".repeat(9000),
    "a.b.c",
  ];
  for (const one of wrong) {
    const answer = await holderOf(api, "", one).call("GET", "/v1/me");
    expect([one.slice(0, 60), answer.status, answer.body.code]).toEqual([
      one.slice(0, 60),
      401,
      "unauthenticated",
    ]);
  }
});

test("hashes are compared in constant time, of an unknown token too", async () => {
  const { call, secret } = await aToken(api);
  const compared = vi.spyOn(crypto, "timingSafeEqual");
  syncBuiltinESMExports();
  onTestFinished(() => {
    compared.mockRestore();
    syncBuiltinESMExports();
  });
  for (const authorization of [`Bearer ${secret}`, `Bearer ${secret.replace("tok_", "tok_z")}`]) {
    compared.mockClear();
    await call("GET", "/v1/me", undefined, { authorization });
    expect(compared).toHaveBeenCalledTimes(2);
  }
});

test("a token ends when it says, to the millisecond", async () => {
  const { call } = await aToken(api, { expiresInSeconds: 60 });
  api.clock.advance(59_999);
  expect((await call("GET", "/v1/me")).status).toBe(200);
  api.clock.advance(1);
  const answer = await call("GET", "/v1/me");
  expect([answer.status, answer.body.detail]).toEqual([401, expect.stringContaining("expired on 2026")]);
});

test("an end is given as an instant or as seconds, not as both, and not in the past", async () => {
  const at = await make({ name: "x", role: "viewer", expiresAt: "2030-01-01T00:00:00+01:00" });
  expect(at.body.expiresAt).toBe("2029-12-31T23:00:00.000Z");
  const faults = [
    { expiresAt: "2020-01-01T00:00:00Z" },
    { expiresAt: "tomorrow" },
    { expiresAt: "2030-01-01T00:00:00Z", expiresInSeconds: 5 },
    { expiresInSeconds: 0 },
    { name: "anonymous" },
    { name: "two\nlines" },
    { name: "" },
    { name: "oidc:github:main" },
    { role: "king" },
    { scope: { apps: [] } },
    { scope: { apps: ["a b"] } },
    { scope: { teams: ["a"] } },
  ];
  for (const fault of faults) {
    const { status, body } = await make({ name: "x", role: "viewer", ...fault });
    expect([fault, status, body.errors?.length]).toEqual([fault, 422, 1]);
  }
});

test("a revoked token is refused by the very next call, stays in the list, and is revoked twice in peace", async () => {
  const { id, call } = await aToken(api, { name: "leaked" });
  expect((await call("GET", "/v1/me")).status).toBe(200);
  expect((await api.call("DELETE", `/v1/tokens/${id}`)).status).toBe(204);
  expect((await call("GET", "/v1/me")).status).toBe(401);
  expect((await api.call("DELETE", `/v1/tokens/${id}`)).status).toBe(204);
  const { body } = await api.call("GET", "/v1/tokens");
  const listed = body.items.find((one: { id: string }) => one.id === id);
  expect(listed).toMatchObject({ name: "leaked", revoked: true, revokedAt: expect.any(String) });
  expect((await api.call("DELETE", "/v1/tokens/tok_none")).status).toBe(404);
});

test("the last use is noted at most once a minute, and never brings a revoked token back", async () => {
  const { id, call } = await aToken(api);
  const touch = vi.spyOn(api.store.tokens, "touch");
  for (let i = 0; i < 5; i++) await call("GET", "/v1/me");
  api.clock.advance(59_000);
  await call("GET", "/v1/me");
  expect(touch).toHaveBeenCalledTimes(1);
  api.clock.advance(1000);
  await call("GET", "/v1/me");
  expect(touch).toHaveBeenCalledTimes(2);
  expect((await api.store.tokens.get(id))!.lastUsedAt).toBe(new Date(api.clock.now()).toISOString());
  const before = (await api.store.tokens.get(id))!;
  await api.call("DELETE", `/v1/tokens/${id}`);
  await expect(api.store.tokens.touch(before, before.createdAt)).rejects.toMatchObject({
    code: "stale_write",
  });
  expect((await api.store.tokens.get(id))!.revokedAt).not.toBeNull();
  touch.mockRestore();
});

test("an admin with limits makes, sees and revokes only what lies within them", async () => {
  const team = await aToken(api, { role: "admin", scope: { apps: ["team-*"], environments: ["dev"] } });
  const wide = await aToken(api);
  const make = (scope?: object) => team.call("POST", "/v1/tokens", { name: "x", role: "admin", scope });
  expect((await make()).status).toBe(403);
  expect((await make({ apps: ["*"], environments: ["dev"] })).status).toBe(403);
  expect((await make({ apps: ["team-a"], environments: ["dev", "prod"] })).status).toBe(403);
  const inner = await make({ apps: ["team-a*"], environments: ["dev"] });
  expect(inner.status).toBe(201);
  const { body } = await team.call("GET", "/v1/tokens");
  expect(body.items.map((one: { id: string }) => one.id)).toEqual([inner.body.id, team.id]);
  expect((await team.call("DELETE", `/v1/tokens/${wide.id}`)).status).toBe(403);
  expect((await team.call("DELETE", `/v1/tokens/${inner.body.id}`)).status).toBe(204);
});

test("the secret is in no list, no audit line, no log and no item of the table; a repeated call does not show it", async () => {
  const asked = { name: "once", role: "viewer" };
  const key = { "idempotency-key": "make-once" };
  const first = await make(asked, key);
  const again = await make(asked, key);
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual({ ...first.body, secret: null });
  await holderOf(api, "", first.body.secret).call("POST", "/v1/apps/shop/rollback", { environment: "prod" });
  const { Items } = await api.table.client.send(new ScanCommand({ TableName: api.table.table }));
  expect(Items!.length).toBeGreaterThan(10);
  const places = [
    Items,
    (await api.call("GET", "/v1/tokens?limit=200")).body,
    (await api.call("GET", "/v1/audit?limit=200")).body,
    api.logged,
  ];
  for (const secret of [first.body.secret.slice(-43), TOKEN])
    for (const place of places) expect(JSON.stringify(place)).not.toContain(secret);
  expect(JSON.stringify(places[1])).not.toMatch(/[0-9a-f]{64}/);
});

test("what a token makes carries its name, and idempotency keys are each token's own", async () => {
  const scope = { apps: ["shop"], environments: ["prod"] };
  const [one, two] = [
    await aToken(api, { name: "same", role: "deployer", scope }),
    await aToken(api, { name: "same", role: "deployer", scope }),
  ];
  const deploy = { environment: "prod", version: "v1" };
  const key = { "idempotency-key": "k" };
  const first = await one.call("POST", "/v1/apps/shop/deployments", deploy, key);
  const other = await two.call("POST", "/v1/apps/shop/deployments", { ...deploy, version: "v2" }, key);
  expect([first.status, other.status, first.body.createdBy]).toEqual([202, 202, "same"]);
});

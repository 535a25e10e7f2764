import { createHmac } from "node:crypto";
import { SignJWT, UnsecuredJWT } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { issuerDocuments } from "#functions/deps/issuer-documents.ts";
import { openShop } from "#test/support/a-shop.ts";
import { AUDIENCE, anIssuer, CLAIMS, type Issuer } from "#test/support/an-issuer.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { issuerKeys } from "./issuer-keys.ts";

let issuer: Issuer;
let api: TestApi;

const MAIN = { repository: "acme/*", ref: "refs/heads/main" };
const SCOPE = { apps: ["shop"], environments: ["prod"] };

beforeEach(async () => {
  issuer = await anIssuer();
  api = await openTestApi();
  const { clock, log } = api.deps;
  api.deps.issuerKeys = issuerKeys({ documents: issuerDocuments(issuer.url), clock, log });
  const rules = [
    { claims: MAIN, role: "deployer", scope: SCOPE },
    { claims: { repository: ["acme/shop", "acme/docs"] }, role: "viewer" },
  ];
  expect((await put({ rules })).status).toBe(201);
});

afterEach(async () => {
  await Promise.all([api.close(), issuer.close()]);
});

const put = (more: object) =>
  api.call("PUT", "/v1/oidc-issuers/ci", { issuer: issuer.url, audience: AUDIENCE, ...more });
const as = (jwt: string, method = "GET", path = "/v1/me", body?: unknown) =>
  api.call(method, path, body, { authorization: `Bearer ${jwt}` });
const fresh = (claims: Record<string, unknown> = {}) => issuer.token(api.clock.now(), claims);

test("a token of the issuer gets the role and scope of the first rule that fits, and its name tells issuer and subject", async () => {
  const { body } = await as(await fresh());
  expect(body).toMatchObject({ name: `oidc:ci:${CLAIMS.sub}`, role: "deployer", scope: SCOPE });
  const branch = await as(await fresh({ ref: "refs/heads/try" }));
  expect(branch.body).toMatchObject({ role: "viewer", scope: { apps: ["*"], environments: ["*"] } });
  await openShop(api);
  const deploy = { environment: "prod", version: "v1" };
  const made = await as(await fresh(), "POST", "/v1/apps/shop/deployments", deploy);
  expect([made.status, made.body.createdBy]).toEqual([202, `oidc:ci:${CLAIMS.sub}`]);
  expect((await as(await fresh(), "PUT", "/v1/apps/shop", {})).status).toBe(403);
  expect((await as(await fresh(), "GET", "/v1/apps/other")).status).toBe(403);
  const { items } = (await api.call("GET", `/v1/audit?actor=oidc:ci:${CLAIMS.sub}`)).body;
  expect(items.map((one: { status: number }) => one.status)).toEqual([403, 202]);
});

test("a token whose claims fit no rule is forbidden, and the audit knows whose it was", async () => {
  const answer = await as(await fresh({ repository: "evil/shop" }), "POST", "/v1/apps/shop/releases", {});
  expect([answer.status, answer.body.code]).toEqual([403, "forbidden"]);
  const { items } = (await api.call("GET", "/v1/audit?limit=1")).body;
  expect(items[0]).toMatchObject({ actor: "anonymous", actorId: `oidc:ci:${CLAIMS.sub}`, code: "forbidden" });
});

test("another audience or issuer, a time that is over or not yet come, a missing subject are refused", async () => {
  const now = Math.floor(api.clock.now() / 1000);
  const faults = [
    { aud: "https://elsewhere.test" },
    { iss: "https://elsewhere.test" },
    { exp: now - 31 },
    { nbf: now + 31 },
    { sub: undefined },
    { sub: "" },
    { sub: "two\nlines" },
    { sub: "x".repeat(256) },
    { exp: undefined },
  ];
  for (const fault of faults) {
    const answer = await as(await fresh(fault));
    expect([fault, answer.status, answer.body.code]).toEqual([fault, 401, "unauthenticated"]);
  }
  expect((await as(await fresh({ exp: now - 29 }))).status).toBe(200);
  expect((await as(await fresh({ nbf: now + 29 }))).status).toBe(200);
});

test("a changed, unsigned or otherwise signed token is refused", async () => {
  const [head, payload, signature] = (await fresh()).split(".") as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const changed = Buffer.from(JSON.stringify({ ...claims, repository: "acme/other" })).toString("base64url");
  const stranger = await anIssuer();
  const hmacHead = Buffer.from(JSON.stringify({ alg: "HS256", kid: "key-0" })).toString("base64url");
  const hmac = createHmac("sha256", "key").update(`${hmacHead}.${payload}`).digest("base64url");
  const forged = [
    `${head}.${changed}.${signature}`,
    new UnsecuredJWT(claims).encode(),
    await stranger.token(api.clock.now(), { iss: issuer.url }),
    `${hmacHead}.${payload}.${hmac}`,
    await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode("x".repeat(32))),
    "a.b.c",
    `${head}.${payload}`,
  ];
  await stranger.close();
  for (const one of forged) expect((await as(one)).status).toBe(401);
});

test("keys that the issuer rotates are found when a token names one, and unknown ones do not hammer it", async () => {
  await as(await fresh());
  expect(issuer.asked()).toBe(1);
  await issuer.rotate();
  api.clock.advance(30_000);
  expect((await as(await fresh())).status).toBe(200);
  expect(issuer.asked()).toBe(2);
  const old = await fresh();
  await issuer.rotate();
  for (let i = 0; i < 5; i++) expect((await as(await fresh())).status).toBe(401);
  expect(issuer.asked()).toBe(2);
  expect((await as(old)).status).toBe(200);
  api.clock.advance(30_000);
  expect((await as(await fresh())).status).toBe(200);
  expect((await as(old)).status).toBe(401);
});

test("many calls at once ask the issuer once", async () => {
  const jwt = await fresh();
  const all = await Promise.all(Array.from({ length: 10 }, () => as(jwt)));
  expect(all.map((one) => one.status)).toEqual(Array(10).fill(200));
  expect(issuer.asked()).toBe(1);
});

test("while the issuer is down its last good keys serve for six hours, and then nobody gets in", async () => {
  await as(await fresh());
  issuer.set({ down: true });
  api.clock.advance(5 * 3_600_000);
  expect((await as(await fresh())).status).toBe(200);
  api.clock.advance(3_600_000);
  const answer = await as(await fresh());
  expect([answer.status, answer.body.code]).toEqual([503, "unreachable"]);
  issuer.set({ down: false });
  expect((await as(await fresh())).status).toBe(503);
  api.clock.advance(30_000);
  expect((await as(await fresh())).status).toBe(200);
});

test("a discovery document of somebody else, or keys in a closed place, are not believed", async () => {
  issuer.set({ discovery: { issuer: "https://elsewhere.test" } });
  expect((await as(await fresh())).status).toBe(503);
  api.clock.advance(30_000);
  issuer.set({ discovery: { jwks_uri: "http://169.254.169.254/keys" } });
  expect((await as(await fresh())).status).toBe(503);
  expect(issuer.asked()).toBe(0);
});

test("an issuer that is deleted, or whose rules change, counts at once", async () => {
  const jwt = await fresh();
  expect((await as(jwt)).body.role).toBe("deployer");
  await put({ rules: [{ claims: MAIN, role: "viewer" }] });
  expect((await as(jwt)).body.role).toBe("viewer");
  expect((await api.call("DELETE", "/v1/oidc-issuers/ci")).status).toBe(204);
  expect((await as(jwt)).status).toBe(401);
  expect((await api.call("DELETE", "/v1/oidc-issuers/ci")).status).toBe(404);
});

test("an issuer in a private place, or a rule that lets everybody in, is refused by its path", async () => {
  const faults: [object, string][] = [
    [{ issuer: "http://id.example.com" }, "issuer"],
    [{ issuer: "https://127.0.0.1" }, "issuer"],
    [{ issuer: "https://[::ffff:10.0.0.1]" }, "issuer"],
    [{ issuer: "https://169.254.169.254" }, "issuer"],
    [{ issuer: "https://localhost:8443" }, "issuer"],
    [{ issuer: "https://me:secret@id.example.com" }, "issuer"],
    [{ issuer: "id.example.com" }, "issuer"],
    [{ issuer: "https://id.example.com?x" }, "issuer"],
    [{ rules: [] }, "rules"],
    [{ rules: [{ claims: {}, role: "viewer" }] }, "rules.0.claims"],
    [{ rules: [{ claims: { repository: "*" }, role: "viewer" }] }, "rules.0.claims"],
    [{ rules: [{ claims: { repository: ["acme/*", "*"] }, role: "viewer" }] }, "rules.0.claims"],
    [{ rules: [{ claims: MAIN, role: "king" }] }, "rules.0.role"],
  ];
  for (const [fault, path] of faults) {
    const { status, body } = await put({ rules: [{ claims: MAIN, role: "viewer" }], ...fault });
    expect([fault, status, body.errors?.[0]?.path]).toEqual([fault, 422, path]);
  }
  const misnamed = await api.call("PUT", "/v1/oidc-issuers/My_CI", {});
  expect([misnamed.status, misnamed.body.errors[0].path]).toEqual([422, "name"]);
  const { items } = (await api.call("GET", "/v1/oidc-issuers")).body;
  expect(items).toMatchObject([{ name: "ci", audience: AUDIENCE, rules: [{ role: "deployer" }, {}] }]);
});

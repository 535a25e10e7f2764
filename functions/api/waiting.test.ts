import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { issuerDocuments } from "#functions/deps/issuer-documents.ts";
import { openShop } from "#test/support/a-shop.ts";
import { aToken } from "#test/support/a-token.ts";
import { AUDIENCE, anIssuer, CLAIMS } from "#test/support/an-issuer.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { issuerKeys } from "./oidc/issuer-keys.ts";

let api: TestApi;
let path: string;

beforeEach(async () => {
  api = await openTestApi();
  await openShop(api);
  const deploy = { environment: "prod", version: "v1" };
  const { body } = await api.call("POST", "/v1/apps/shop/deployments", deploy);
  path = `/v1/deployments/${body.id}?waitSeconds=20&afterRevision=${body.revision}`;
});

afterEach(() => api.close());

test("a long poll ends with 401 at the very moment at which its token expires", async () => {
  const { call } = await aToken(api, { expiresInSeconds: 7 });
  const from = api.clock.now();
  const answer = await call("GET", path);
  expect([answer.status, answer.body.code]).toEqual([401, "unauthenticated"]);
  expect(api.clock.now() - from).toBe(7000);
});

test("a long poll ends with 401 within a second of its token's end", async () => {
  const { call, id } = await aToken(api);
  const { sleep } = api.clock;
  const from = api.clock.now();
  api.clock.sleep = async (milliseconds) => {
    await sleep(milliseconds);
    if (api.clock.now() - from < 3000) return;
    api.clock.sleep = sleep;
    await api.store.tokens.revoke(id, new Date(api.clock.now()).toISOString());
  };
  expect((await call("GET", path)).status).toBe(401);
  expect(api.clock.now() - from).toBeLessThanOrEqual(4600);
});

test("a long poll with a token that lasts answers when its time is up, and asks for the token once a second", async () => {
  const { call } = await aToken(api, { expiresInSeconds: 60 });
  const get = vi.spyOn(api.store.tokens, "get");
  expect((await call("GET", path)).status).toBe(200);
  expect(get.mock.calls.length).toBeGreaterThanOrEqual(15);
  expect(get.mock.calls.length).toBeLessThanOrEqual(21);
});

test("a long poll with an OIDC token ends with it", async () => {
  const issuer = await anIssuer();
  const { clock, log } = api.deps;
  api.deps.issuerKeys = issuerKeys({ documents: issuerDocuments(issuer.url), clock, log });
  const rules = [{ claims: { repository: CLAIMS.repository }, role: "viewer" }];
  await api.call("PUT", "/v1/oidc-issuers/ci", { issuer: issuer.url, audience: AUDIENCE, rules });
  const exp = Math.floor(clock.now() / 1000) - 25;
  const authorization = `Bearer ${await issuer.token(clock.now(), { exp })}`;
  const from = clock.now();
  const answer = await api.call("GET", path, undefined, { authorization });
  expect([answer.status, clock.now() - from]).toEqual([401, 5000]);
  await issuer.close();
});

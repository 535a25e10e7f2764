import { UnsecuredJWT } from "jose";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TuttiError } from "#core/errors.ts";
import { aToken } from "#test/support/a-token.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { createApp } from "./app.ts";
import { rateLimiter } from "./rate-limit.ts";

let api: TestApi;

beforeEach(async () => {
  api = await openTestApi({
    rateLimits: { calls: { perSecond: 5, burst: 20 }, failures: { perSecond: 1, burst: 4 } },
  });
});

afterEach(() => api.close());

const times = (count: number, work: () => Promise<unknown>) =>
  Array.from({ length: count }).reduce<Promise<unknown>>((before) => before.then(work), Promise.resolve());

test("a token that calls too often is told when to come back, and is let in then", async () => {
  const { call } = await aToken(api);
  // 5 are free, 20 are in the bucket.
  await times(25, async () => expect((await call("GET", "/v1/me")).status).toBe(200));
  const refused = await call("GET", "/v1/me");
  expect([refused.status, refused.body.code]).toEqual([429, "rate_limited"]);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(refused.headers.get("ratelimit-policy")).toBe('"calls";q=20;w=4');
  expect(refused.headers.get("ratelimit")).toBe('"calls";r=0;t=1');
  expect((await api.call("GET", "/v1/me")).status).toBe(200);
  api.clock.advance(1000);
  await times(5, async () => expect((await call("GET", "/v1/me")).status).toBe(200));
  expect((await call("GET", "/v1/me")).status).toBe(429);
});

test("a refused call that would change something stands in the audit with its caller", async () => {
  const { call, id } = await aToken(api, { role: "operator" });
  await times(25, () => call("GET", "/v1/me"));
  expect((await call("PUT", "/v1/apps/shop", {})).status).toBe(429);
  const { items } = (await api.call("GET", "/v1/audit?limit=1")).body;
  expect(items[0]).toMatchObject({ actorId: id, status: 429, code: "rate_limited", outcome: "refused" });
});

test("instances share one bucket", async () => {
  const { secret } = await aToken(api);
  const instances = [createApp(api.deps), createApp(api.deps), createApp(api.deps)];
  const headers = { authorization: `Bearer ${secret}` };
  let done = 0;
  for (let i = 0; i < 90; i++)
    done += Number((await instances[i % 3]!.request("/v1/me", { headers })).status === 200);
  // Each has its 5 free ones; what is leased comes from the same 20.
  expect(done).toBe(3 * 5 + 20);
});

test("wrong tokens from one address are refused as too many, and a valid one from there is not", async () => {
  const wrong = () => api.call("GET", "/v1/me", undefined, { authorization: "Bearer wrong" });
  // 1 is free, 4 are in the bucket.
  await times(5, async () => expect((await wrong()).status).toBe(401));
  const refused = await wrong();
  expect([refused.status, refused.headers.get("ratelimit")]).toEqual([429, '"failures";r=0;t=1']);
  expect((await api.call("GET", "/v1/me")).status).toBe(200);
  expect((await api.call("GET", "/v1/me", undefined, { authorization: "" })).status).toBe(401);
});

test("an issuer that is down makes nobody a suspect", async () => {
  api.deps.issuerKeys.current = () => Promise.reject(new TuttiError("unreachable", "down"));
  const issuer = { issuer: "https://id.example.com", audience: "a" };
  await api.call("PUT", "/v1/oidc-issuers/ci", {
    ...issuer,
    rules: [{ claims: { sub: "x" }, role: "viewer" }],
  });
  const jwt = new UnsecuredJWT({ iss: issuer.issuer }).encode().replace(/\.$/, ".c2ln");
  const call = () => api.call("GET", "/v1/me", undefined, { authorization: `Bearer ${jwt}` });
  await times(8, async () => expect((await call()).status).toBe(503));
});

test("what is asked for seldom costs no write, and what is asked for often one for many", async () => {
  const { call } = await aToken(api);
  const take = vi.spyOn(api.store.rateBuckets, "take");
  await times(5, () => call("GET", "/v1/me"));
  expect(take).toHaveBeenCalledTimes(0);
  await times(20, () => call("GET", "/v1/me"));
  expect(take).toHaveBeenCalledTimes(2);
});

test("a bucket that cannot be reached refuses nobody", async () => {
  const { call } = await aToken(api);
  api.store.rateBuckets.take = () => Promise.reject(new Error("the table is away"));
  await times(40, async () => expect((await call("GET", "/v1/me")).status).toBe(200));
  expect(api.logged).toContain("a rate limit could not be asked for; the call goes on");
});

test("two hundred calls a second for a minute are within what holds where nothing is said", async () => {
  const plain = await openTestApi();
  const admit = rateLimiter(plain.deps);
  for (let call = 0; call < 12_000; call++) {
    await admit("calls", "tok_admin");
    plain.clock.advance(5);
  }
  await plain.close();
});

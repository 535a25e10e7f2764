// Both sides of a call against each other, and against tokens that somebody else's library made.
import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import { Hono } from "hono";
import { CompactSign, calculateJwkThumbprint, exportJWK, importJWK, SignJWT } from "jose";
import { afterEach, beforeAll, expect, test } from "vitest";
import { caller, guard, type Verdict } from "./callee.js";
import { service } from "./caller.js";

const AT = Date.parse("2026-11-26T12:00:00Z");
const HOUR = 3600;
type Key = Record<string, string>;

let authority: Key;
let next: Key;
let stranger: Key;
let storefront: string;
let billing: string;
beforeAll(async () => {
  [authority, next, stranger] = await Promise.all([newKey(), newKey(), newKey()]);
  [storefront, billing] = await Promise.all([identityOf("storefront/prod"), identityOf("billing/prod")]);
});

async function newKey(): Promise<Key> {
  const jwk = await exportJWK(generateKeyPairSync("ed25519").privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) } as unknown as Key;
}

async function identityOf(subject: string, { by = authority, from = -HOUR, until = HOUR } = {}) {
  const key = await newKey();
  const certificate = await new SignJWT({ cnf: { jwk: { kty: "OKP", crv: "Ed25519", x: key.x } } })
    .setProtectedHeader({ alg: "EdDSA", typ: "tutti-certificate+jwt", kid: by.kid! })
    .setSubject(subject)
    .setIssuedAt(AT / 1000 + from)
    .setExpirationTime(AT / 1000 + until)
    .sign(await importJWK(by, "EdDSA"));
  return JSON.stringify({ certificate, key });
}

const publicOf = ({ kty, crv, x, kid }: Key) => ({ kty, crv, x, kid });
function ordersGuard(callers = ["storefront"], options: { keys?: Key[]; nowMs?: number } = {}) {
  const { keys = [authority, next], nowMs = AT } = options;
  const allow = { callers, keys: keys.map(publicOf), open: ["/healthz"] };
  const env = { TUTTI_ALLOW: JSON.stringify(allow), TUTTI_APP: "orders", TUTTI_ENVIRONMENT: "prod" };
  return guard({ env, now: () => nowMs });
}

function callerOf(identity: string, more: { env?: object; nowMs?: number; fetch?: typeof fetch } = {}) {
  const { TUTTI_APP = "storefront", ...env } = (more.env ?? {}) as Record<string, string>;
  const own = {
    TUTTI_IDENTITY: identity,
    TUTTI_APP,
    TUTTI_ENVIRONMENT: "prod",
    ORDERS_URL: "http://orders",
    ...env,
  };
  return service("orders", { env: own, now: () => more.nowMs ?? AT, fetch: more.fetch });
}

const headerOf = (identity: string, more: Parameters<typeof callerOf>[1] = {}) =>
  callerOf(identity, more).headers("POST", "/v1/orders")["tutti-identity"];
const call = (identity: string | undefined, more: object = {}) => ({
  method: "POST",
  url: "/v1/orders",
  identity,
  ...more,
});
const outcome = (verdict: Verdict) => (verdict.ok ? verdict.caller : [verdict.status, verdict.reason]);

test("who is allowed is let in and known, whoever else is told so", () => {
  const orders = ordersGuard();
  expect(outcome(orders.check(call(headerOf(storefront))))).toEqual({
    app: "storefront",
    environment: "prod",
  });
  const other = headerOf(billing, { env: { TUTTI_APP: "billing" } });
  expect(outcome(orders.check(call(other)))).toEqual([403, "billing/prod is not allowed to call"]);
  expect(outcome(ordersGuard(["*"]).check(call(other)))).toEqual({ app: "billing", environment: "prod" });
});

test("a call that says nothing of who calls is refused, but for the platform's look at its health", () => {
  const orders = ordersGuard();
  expect(outcome(orders.check(call(undefined)))).toEqual([401, "the call says not who calls"]);
  expect(outcome(orders.check({ method: "GET", url: "/healthz?deep=1" }))).toBeNull();
  expect(outcome(orders.check({ method: "POST", url: "/healthz" }))).toEqual([401, expect.any(String)]);
  expect(outcome(orders.check({ method: "GET", url: "/healthz/../v1" }))).toEqual([401, expect.any(String)]);
});

test("a proof is good once, for its own method and path, its own callee, and for a minute", () => {
  const orders = ordersGuard();
  const header = headerOf(storefront);
  expect(outcome(orders.check(call(header, { url: "http://orders/v1/orders?page=2" })))).toMatchObject({
    app: "storefront",
  });
  expect(outcome(orders.check(call(header)))).toEqual([401, "the proof was used before"]);
  for (const more of [{ method: "DELETE" }, { url: "/v1/orders/1" }, { url: "/v1" }])
    expect(outcome(ordersGuard().check(call(header, more)))).toEqual([401, "the proof is for another call"]);
  const elsewhere = service("stock", {
    env: { TUTTI_IDENTITY: storefront, TUTTI_APP: "storefront", TUTTI_ENVIRONMENT: "prod" },
    now: () => AT,
  });
  expect(outcome(orders.check(call(elsewhere.headers("POST", "/v1/orders")["tutti-identity"])))).toEqual([
    401,
    "the proof is for stock/prod, not for orders/prod",
  ]);
  const at = (seconds: number) =>
    outcome(ordersGuard(["storefront"], { nowMs: AT + seconds * 1000 }).check(call(header)));
  expect(at(60 + 30)).toMatchObject({ app: "storefront" });
  expect(at(60 + 31)).toEqual([401, "the proof is over"]);
  expect(at(-30)).toMatchObject({ app: "storefront" });
  expect(at(-31)).toEqual([401, "the proof is of a time to come: clocks differ"]);
});

test("a proof that says its times in text is none: it would never be over", async () => {
  const { certificate, key } = JSON.parse(storefront);
  const iat = AT / 1000;
  const said = { iss: "storefront/prod", aud: "orders/prod", jti: "1", method: "POST", path: "/v1/orders" };
  const headed = async (times: object) => {
    const claims = Buffer.from(JSON.stringify({ ...said, ...times }));
    const proof = new CompactSign(claims).setProtectedHeader({ alg: "EdDSA", typ: "tutti-proof+jwt" });
    return `${certificate}~${await proof.sign(await importJWK(key, "EdDSA"))}`;
  };
  for (const times of [{ iat, exp: `${iat + 60}` }, { iat: `${iat}`, exp: iat + 60 }, { iat }])
    expect(outcome(ordersGuard().check(call(await headed(times))))).toEqual([
      401,
      "the proof would be good for too long",
    ]);
  const well = await headed({ iat, exp: iat + 60 });
  expect(outcome(ordersGuard().check(call(well)))).toMatchObject({ app: "storefront" });
});

test("a path means the same however a proxy writes it", () => {
  const header = callerOf(storefront).headers("GET", "/v1/a%20b/é")["tutti-identity"];
  expect(
    outcome(ordersGuard().check({ method: "GET", url: "/v1/a b/%C3%A9", identity: header })),
  ).toMatchObject({ app: "storefront" });
});

test("nobody certifies but the authority, of this environment, in its time; one that comes next may already", async () => {
  const NOBODY = [401, "the certificate is none of this environment's, or it is over"];
  const orders = ordersGuard();
  const self = await identityOf("storefront/prod", { by: { ...stranger, kid: authority.kid! } });
  expect(outcome(orders.check(call(headerOf(self))))).toEqual(NOBODY);
  expect(
    outcome(orders.check(call(headerOf(await identityOf("storefront/prod", { by: stranger }))))),
  ).toEqual(NOBODY);
  expect(outcome(orders.check(call(headerOf(await identityOf("storefront/prod", { until: -31 })))))).toEqual(
    NOBODY,
  );
  const coming = await identityOf("storefront/prod", { by: next });
  expect(outcome(orders.check(call(headerOf(coming))))).toMatchObject({ app: "storefront" });
  const dev = await identityOf("storefront/dev");
  const header = headerOf(dev, { env: { TUTTI_ENVIRONMENT: "dev" } });
  expect(outcome(orders.check(call(header)))).toEqual([
    401,
    "the proof is for orders/dev, not for orders/prod",
  ]);
});

test("a certificate is of no use without its key, nor in somebody else's name", () => {
  const orders = ordersGuard(["storefront", "billing"]);
  const [mine, theirs] = [headerOf(storefront)!, headerOf(billing, { env: { TUTTI_APP: "billing" } })!];
  const stolen = `${mine.split("~")[0]}~${theirs.split("~")[1]}`;
  expect(outcome(orders.check(call(stolen)))).toEqual([401, "the proof is not the caller's own"]);
  const renamed = headerOf(billing, { env: { TUTTI_APP: "storefront" } });
  expect(outcome(orders.check(call(renamed)))).toEqual([401, "the proof is another's than the certificate"]);
});

test("no token chooses how it is checked, and none lives longer than a minute", async () => {
  const orders = ordersGuard();
  const [certificate] = headerOf(storefront)!.split("~");
  const { key } = JSON.parse(storefront);
  const claims = {
    iss: "storefront/prod",
    aud: "orders/prod",
    jti: "1",
    method: "POST",
    path: "/v1/orders",
    iat: AT / 1000,
  };
  const sign = async (head: object, more: object) =>
    new SignJWT({ ...claims, exp: AT / 1000 + 60, ...more })
      .setProtectedHeader({ alg: "EdDSA", typ: "tutti-proof+jwt", ...head })
      .sign(await importJWK(key, "EdDSA"));
  const verdictOf = async (head: object, more: object = {}) =>
    outcome(orders.check(call(`${certificate}~${await sign(head, more)}`)));
  expect(await verdictOf({})).toMatchObject({ app: "storefront" });
  expect(await verdictOf({ typ: "tutti-certificate+jwt" })).toEqual([
    401,
    "the proof is not the caller's own",
  ]);
  expect(await verdictOf({}, { exp: AT / 1000 + 61 })).toEqual([401, "the proof would be good for too long"]);
  expect(await verdictOf({}, { jti: 7 })).toEqual([401, "the proof has no id"]);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const none = `${encode({ alg: "none", typ: "tutti-proof+jwt" })}.${encode({ ...claims, exp: AT / 1000 + 60 })}.AA`;
  expect(outcome(orders.check(call(`${certificate}~${none}`)))).toEqual([
    401,
    "the proof is not the caller's own",
  ]);
});

test("whatever else stands in the header is refused and breaks nothing", () => {
  const orders = ordersGuard();
  const [certificate, proof] = headerOf(storefront)!.split("~") as [string, string];
  const odd = [
    "",
    "~",
    "a~b",
    "null~null",
    `${certificate}~`,
    `~${proof}`,
    certificate,
    `${certificate}~${proof}~`,
    "x".repeat(5000),
    "e30.e30.e30~e30.e30.e30",
    `${certificate}~${proof}, ${certificate}~${proof}`,
  ];
  for (const identity of odd)
    expect(outcome(orders.check(call(identity)))).toEqual([401, expect.any(String)]);
  expect(outcome(orders.check(call(`${certificate}~${proof}`)))).toMatchObject({ app: "storefront" });
});

test("without `allow` it says so at once, unless everyone is meant to be let in", () => {
  expect(() => guard({ env: {} })).toThrow("TUTTI_ALLOW is not set");
  expect(outcome(guard({ env: {}, whenUnset: "pass" }).check(call(undefined)))).toBeNull();
});

test("refusals are told, without the header", () => {
  const told: unknown[] = [];
  const allow = { callers: ["storefront"], keys: [publicOf(authority)], open: [] };
  const env = { TUTTI_ALLOW: JSON.stringify(allow), TUTTI_APP: "orders", TUTTI_ENVIRONMENT: "prod" };
  const orders = guard({ env, now: () => AT, onRefused: (refused) => told.push(refused) });
  orders.check(call(headerOf(billing, { env: { TUTTI_APP: "billing" } }), { url: "/v1/orders?secret=1" }));
  expect(told).toEqual([
    {
      ok: false,
      status: 403,
      reason: "billing/prod is not allowed to call",
      caller: "billing/prod",
      method: "POST",
      path: "/v1/orders",
    },
  ]);
});

test("a signed fetch goes to its service alone, and signs nothing where nobody asks", async () => {
  const sent: [string, string | null][] = [];
  const send = (async (url: URL, init: RequestInit) => {
    sent.push([String(url), new Headers(init.headers).get("tutti-identity")]);
    return new Response("ok");
  }) as unknown as typeof fetch;
  const orders = callerOf(storefront, { fetch: send });
  await orders.fetch("/v1/orders?page=2", { method: "POST" });
  expect(sent[0]![0]).toBe("http://orders/v1/orders?page=2");
  expect(outcome(ordersGuard().check(call(sent[0]![1]!)))).toMatchObject({ app: "storefront" });
  await expect(orders.fetch("//evil/v1")).rejects.toThrow("http://evil is not orders.");
  await callerOf("", { fetch: send }).fetch("/v1");
  expect(sent.map(([, header]) => header === null)).toEqual([false, true]);
  await expect(callerOf("", { env: { ORDERS_URL: "" } }).fetch("/")).rejects.toThrow("ORDERS_URL is not set");
});

let server: Server | undefined;
afterEach(() => server?.close());

async function statusOf(url: string, header: string | undefined): Promise<[number, string]> {
  const headers: Record<string, string> = header ? { "tutti-identity": header } : {};
  const answer = await fetch(url, { method: "POST", headers });
  return [answer.status, await answer.text()];
}

test("node's own server and whatever passes `next` on", async () => {
  const orders = ordersGuard();
  server = createServer((request, response) =>
    orders.connect(request, response, () => response.end(caller(request)?.app)),
  );
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/v1/orders`;
  expect(await statusOf(url, headerOf(storefront))).toEqual([200, "storefront"]);
  const [status, body] = await statusOf(url, undefined);
  expect([status, JSON.parse(body)]).toEqual([
    401,
    {
      type: "about:blank",
      title: "Who calls is not known",
      status: 401,
      detail: "the call says not who calls.",
    },
  ]);
});

test("Express cuts off the path that a router is mounted on, and the proof holds", () => {
  const request = {
    method: "POST",
    url: "/orders",
    originalUrl: "/v1/orders",
    headers: { "tutti-identity": headerOf(storefront) },
  };
  let passed = false;
  ordersGuard().connect(request as never, {} as never, () => {
    passed = true;
  });
  expect(passed).toBe(true);
});

test("Hono, and whatever answers a Request", async () => {
  const app = new Hono().use(ordersGuard().hono).post("/v1/orders", (c) => c.text(caller(c)!.app));
  const plain = ordersGuard().fetch((request) => new Response(caller(request)!.app));
  for (const answer of [(request: Request) => app.fetch(request), plain]) {
    const ask = (headers: Record<string, string>) =>
      answer(new Request("http://orders/v1/orders", { method: "POST", headers }));
    expect(await (await ask({ "tutti-identity": headerOf(storefront)! })).text()).toBe("storefront");
    const refused = await ask({ "tutti-identity": headerOf(billing, { env: { TUTTI_APP: "billing" } })! });
    expect([refused.status, refused.headers.get("content-type")]).toEqual([403, "application/problem+json"]);
    expect((await ask({})).headers.get("www-authenticate")).toBe("Tutti-Identity");
  }
});

test("a function's handler behind a URL", async () => {
  const handler = ordersGuard().lambda((event) => ({ statusCode: 200, body: caller(event)!.app }));
  const event = (headers: object) => ({
    rawPath: "/v1/orders",
    rawQueryString: "",
    headers,
    requestContext: { http: { method: "POST" } },
  });
  expect(await handler(event({ "tutti-identity": headerOf(storefront) }))).toEqual({
    statusCode: 200,
    body: "storefront",
  });
  expect(await handler(event({}))).toMatchObject({ statusCode: 401 });
});

import { createHmac } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openShop, POOL, SHOP } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
let secret: string;

beforeEach(async () => {
  api = await openTestApi();
  await openShop(api, [], { ...SHOP, environments: { prod: { autoDeploy: true } } });
  await api.call("PUT", "/v1/environments/stage", POOL);
  secret = (await api.call("POST", "/v1/apps/shop/hook-secret")).body.secret;
});

afterEach(() => api.close());

const BODY = { version: "v1", artifact: { uri: "s3://bucket/uploads/shop/1/app.tar.gz" } };

type Odd = { key?: string; app?: string; ageSeconds?: number; headers?: Record<string, string> };

function signed(body: object | string, { key = secret, ageSeconds = 0 }: Odd = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const timestamp = String(Math.floor(api.clock.now() / 1000) - ageSeconds);
  const hex = createHmac("sha256", key).update(`${timestamp}.${text}`).digest("hex");
  return { "x-tutti-timestamp": timestamp, "x-tutti-signature": `sha256=${hex}` };
}

const send = (body: object, odd: Odd = {}) =>
  api.call("POST", `/v1/hooks/${odd.app ?? "shop"}`, body, {
    ...signed(body, odd),
    authorization: "",
    ...odd.headers,
  });

async function deployed(): Promise<unknown[]> {
  const { body } = await api.call("GET", "/v1/deployments");
  return body.items.map((one: Record<string, string>) => [
    one.environment,
    one.version,
    one.trigger,
    one.createdBy,
  ]);
}

async function audited(): Promise<unknown[]> {
  const { body } = await api.call("GET", "/v1/audit");
  return body.items
    .filter((one: { path: string }) => one.path.startsWith("/v1/hooks/"))
    .map((one: Record<string, string>) => [one.actor, one.app, one.status, one.code]);
}

test("a signed call registers the release and deploys it where the manifest says autoDeploy", async () => {
  const { status, body } = await send(BODY);
  expect(status).toBe(202);
  expect(body).toMatchObject({
    release: { version: "v1", createdBy: "hook", artifact: { uri: BODY.artifact.uri } },
    deployments: [{ environment: "prod", version: "v1", trigger: "hook" }],
    refused: [],
  });
  expect(await deployed()).toEqual([["prod", "v1", "hook", "hook"]]);
  expect(await audited()).toEqual([["hook", "shop", 202, undefined]]);
});

test("an environment that is named is deployed to, and no other", async () => {
  expect((await send({ ...BODY, environment: "stage" })).status).toBe(202);
  expect(await deployed()).toEqual([["stage", "v1", "hook", "hook"]]);
});

test("a call delivered twice is refused the second time, also at once, and deploys once", async () => {
  const headers = signed(BODY);
  const [one, two] = await Promise.all([send(BODY, { headers }), send(BODY, { headers })]);
  expect([one.status, two.status].sort()).toEqual([202, 409]);
  const third = await send(BODY, { headers });
  expect([third.status, third.body.code]).toEqual([409, "replayed"]);
  const upper = headers["x-tutti-signature"].toUpperCase().replace("SHA256", "sha256");
  expect((await send(BODY, { headers: { ...headers, "x-tutti-signature": upper } })).body.code).toBe(
    "replayed",
  );
  expect((await deployed()).length).toBe(1);
  expect(await audited()).toContainEqual(["hook", "shop", 409, "replayed"]);
});

test("a delivery that failed on our side may come again as it was, and deploys once", async () => {
  const headers = signed(BODY);
  const { create } = api.store.deployments;
  api.store.deployments.create = () => Promise.reject(new Error("the table is away"));
  expect((await send(BODY, { headers })).status).toBe(500);
  api.store.deployments.create = create;
  await api.store.targets.remove({ app: "shop", environment: "prod" });
  expect((await send(BODY, { headers })).status).toBe(202);
  expect((await send(BODY, { headers })).status).toBe(409);
  expect((await deployed()).length).toBe(1);
});

test("the same Idempotency-Key with a fresh signature gives the first answer again", async () => {
  const headers = { "idempotency-key": "build-7" };
  const first = await send(BODY, { headers });
  api.clock.advance(60_000);
  expect((await send(BODY, { headers })).body).toEqual(first.body);
  expect((await deployed()).length).toBe(1);
});

test.each([301, -301])("a signature %i s old is refused, and one of 300 s is not", async (ageSeconds) => {
  const late = await send(BODY, { ageSeconds });
  expect([late.status, late.body.code]).toEqual([401, "unauthenticated"]);
  expect(late.body.detail).toContain("must be within 300 s of");
  expect(await deployed()).toEqual([]);
  expect((await send(BODY, { ageSeconds: ageSeconds - Math.sign(ageSeconds) })).status).toBe(202);
});

test("what is not signed with the app's secret is refused and audited, and nothing happens", async () => {
  const good = signed(BODY);
  const hex = good["x-tutti-signature"].slice("sha256=".length);
  const bad: Record<string, string>[] = [
    { "x-tutti-signature": "" },
    { "x-tutti-timestamp": "" },
    { "x-tutti-timestamp": "soon" },
    { "x-tutti-timestamp": String(Number(good["x-tutti-timestamp"]) - 1) },
    { "x-tutti-timestamp": `+${good["x-tutti-timestamp"]}` },
    { "x-tutti-signature": hex },
    { "x-tutti-signature": `sha1=${hex}` },
    { "x-tutti-signature": `sha256=${hex.slice(1)}` },
    { "x-tutti-signature": `sha256=${"0".repeat(64)}` },
    { "x-tutti-signature": signed(BODY, { key: "another" })["x-tutti-signature"] },
    { "x-tutti-signature": signed({ ...BODY, version: "v2" })["x-tutti-signature"] },
  ];
  for (const headers of bad) {
    const answer = await send(BODY, { headers });
    expect([headers, answer.status, answer.body.code]).toEqual([headers, 401, "unauthenticated"]);
  }
  expect(await audited()).toEqual(bad.map(() => ["anonymous", "shop", 401, "unauthenticated"]));
  expect(await deployed()).toEqual([]);
  expect((await api.call("GET", "/v1/apps/shop/releases")).body.items).toEqual([]);
});

test("an app that is not there, has no secret or cannot be answers as a wrong signature does", async () => {
  await api.call("PUT", "/v1/apps/quiet", { ...SHOP, app: "quiet" });
  const answers = await Promise.all(
    ["shop", "blog", "quiet", "No_App!"].map((app) => send(BODY, { app, key: "guessed" })),
  );
  const shape = answers.map(({ status, headers, body }) => ({
    status,
    body,
    // Every answer has a trace of its own.
    headers: { ...Object.fromEntries(headers), traceparent: null },
  }));
  expect(shape[0]?.status).toBe(401);
  for (const one of shape) expect(one).toEqual(shape[0]);
});

test("the signature is of the bytes: another spelling of the same JSON does not pass", async () => {
  const text = JSON.stringify(BODY, null, 1);
  const headers = { ...signed(text), authorization: "" };
  expect((await api.call("POST", "/v1/hooks/shop", `${text}\n`, headers)).status).toBe(401);
  expect((await api.call("POST", "/v1/hooks/shop", text, headers)).status).toBe(202);
});

test("a token is no signature", async () => {
  const answer = await api.call("POST", "/v1/hooks/shop", BODY);
  expect([answer.status, answer.body.code]).toEqual([401, "unauthenticated"]);
});

test("a new secret is taken at once, and the one before no more", async () => {
  expect((await send(BODY)).status).toBe(202);
  api.clock.advance(1000);
  const old = secret;
  secret = (await api.call("POST", "/v1/apps/shop/hook-secret")).body.secret;
  expect(secret).toMatch(/^tuttihook_[A-Za-z0-9_-]{43}$/);
  expect((await send(BODY)).status).toBe(202);
  expect((await send({ ...BODY, version: "v2" }, { key: old })).status).toBe(401);
});

test("the secret is looked up once a minute, and whenever a signature does not fit the one remembered", async () => {
  let looks = 0;
  const { get } = api.deps.hookSecrets;
  api.deps.hookSecrets.get = (app) => {
    looks += 1;
    return get(app);
  };
  for (let i = 0; i < 5; i++) await send({ ...BODY, version: `v${i}` });
  expect(looks).toBe(1);
  await send(BODY, { key: "wrong" });
  expect(looks).toBe(2);
  api.clock.advance(61_000);
  await send(BODY);
  expect(looks).toBe(3);
});

test("bad input is told as anywhere, and what it named is in the audit", async () => {
  const answers = [
    await send({ version: "v 1", artifact: BODY.artifact }),
    await send({ version: "v1", artifact: {} }),
    await send({ ...BODY, environment: "moon" }),
    await send({ ...BODY, extra: 1 }),
  ];
  expect(answers.map(({ status, body }) => [status, body.errors[0].path])).toEqual([
    [422, "version"],
    [422, "artifact"],
    [422, "environment"],
    [422, "extra"],
  ]);
});

test("the secret is in the answer that made it and nowhere else, also not under an Idempotency-Key", async () => {
  const key = { "idempotency-key": "make" };
  const made = await api.call("POST", "/v1/apps/shop/hook-secret", undefined, key);
  expect(made.status).toBe(201);
  expect(made.body.secret).toMatch(/^tuttihook_/);
  const again = await api.call("POST", "/v1/apps/shop/hook-secret", undefined, key);
  expect(again.body).toEqual({ ...made.body, secret: null });
  expect((await api.call("POST", "/v1/apps/blog/hook-secret")).status).toBe(404);
});

test("with the app goes its secret", async () => {
  expect((await api.call("DELETE", "/v1/apps/shop")).status).toBe(204);
  expect(await api.deps.hookSecrets.get("shop")).toBeNull();
});

test("wrong signatures are counted by their source address, and right ones are not disturbed", async () => {
  api.deps.rateLimits.failures = { perSecond: 1, burst: 3 };
  const statuses: number[] = [];
  for (let i = 0; i < 6; i++)
    statuses.push((await send({ ...BODY, version: `w${i}` }, { key: "wrong" })).status);
  expect([statuses[0], statuses.at(-1)]).toEqual([401, 429]);
  expect((await send(BODY)).status).toBe(202);
});

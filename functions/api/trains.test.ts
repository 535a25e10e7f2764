import { afterAll, beforeAll, expect, test } from "vitest";
import { openShop, SHOP } from "#test/support/a-shop.ts";
import { aToken } from "#test/support/a-token.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
  await openShop(api);
  await api.call("PUT", "/v1/apps/orders", { ...SHOP, app: "orders" });
  const artifact = { uri: "s3://bucket/uploads/orders/v1/a.tar.gz" };
  await api.call("POST", "/v1/apps/orders/releases", { version: "v1", artifact });
  const preview = { previousVersion: null, desired: 3, steps: [], lowestHealthy: 3, config: [], notes: [] };
  api.answers.preview = { ...preview, estimatedSeconds: 10, estimatedDollars: 0.001 };
});

afterAll(() => api.close());

const shop = { app: "shop", environment: "prod", version: "v1" };
const orders = { app: "orders", environment: "prod", version: "v1" };

async function refused(body: unknown) {
  const answer = await api.call("POST", "/v1/trains", body);
  expect(answer.status).toBe(422);
  return answer.body.errors;
}

test("a train is recorded with its stops and started once under its own name", async () => {
  const { status, body } = await api.call("POST", "/v1/trains", { name: "friday", stops: [orders, [shop]] });
  expect(status).toBe(202);
  const member = { previousVersion: null, status: "waiting", deployment: null, rollback: null, reason: "" };
  expect(body).toMatchObject({
    name: "friday",
    status: "running",
    revision: 1,
    progress: { done: 0, total: 2 },
    allowedActions: ["abort"],
    stops: [
      { index: 0, deployments: [{ ...orders, ...member }] },
      { index: 1, deployments: [{ ...shop, ...member }] },
    ],
  });
  expect(api.trainsStarted.at(-1)).toEqual({
    name: `${body.id}-1`,
    input: { trainId: body.id, generation: 1, traceId: body.traceId },
  });
  expect((await api.call("GET", `/v1/trains/${body.id}`)).body).toEqual(body);
  expect((await api.call("GET", "/v1/trains?limit=1")).body.items).toEqual([body]);
});

test("a dry run shows every plan, and nothing is recorded", async () => {
  const before = (await api.call("GET", "/v1/trains")).body.items.length;
  const { status, body } = await api.call("POST", "/v1/trains", { stops: [[orders, shop]], dryRun: true });
  expect(status).toBe(200);
  expect(body).toMatchObject({ dryRun: true, estimatedSeconds: 10, estimatedDollars: 0.002195 });
  expect(body.stops[0].deployments.map((one: { app: string }) => one.app)).toEqual(["orders", "shop"]);
  expect((await api.call("GET", "/v1/trains")).body.items).toHaveLength(before);
});

test("every fault is named with its path in the body, and nothing is started", async () => {
  const started = api.trainsStarted.length;
  const wrong = [
    { ...shop, version: "v9" },
    [
      { ...orders, environment: "nowhere" },
      { app: "ghost", environment: "prod", version: "v1" },
    ],
    [{ ...orders, rollout: { strategy: "canary" } }, shop],
  ];
  const errors = await refused({ stops: wrong });
  expect(errors.map((one: { path: string }) => one.path).sort()).toEqual([
    "stops.0.version",
    "stops.1.0.environment",
    "stops.1.1.app",
    "stops.2.0.rollout.strategy",
    "stops.2.1",
  ]);
  expect(errors).toContainEqual({
    path: "stops.2.1",
    message: "shop/prod is in this train already (stops.0)",
  });
  expect(api.trainsStarted).toHaveLength(started);
});

test("a stop that is neither a deployment nor a list of them is told what it must be", async () => {
  expect(await refused({ stops: [{ ...shop, colour: "red" }] })).toEqual([
    { path: "stops.0.colour", message: "is not a known key" },
  ]);
  expect(await refused({ stops: [[{ app: "shop", environment: "prod" }]] })).toEqual([
    { path: "stops.0.0.version", message: "is required: a text" },
  ]);
  expect(await refused({ stops: ["shop"] })).toEqual([
    {
      path: "stops.0",
      message: "must be a deployment {app, environment, version}, or a list of those that run side by side",
    },
  ]);
  expect((await refused({ stops: [] })).map((one: { path: string }) => one.path)).toEqual(["stops"]);
});

test("a train holds forty deployments at most", async () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ ...shop, environment: `prod-${i}` }));
  expect(await refused({ stops: [many(20), many(20), many(1)] })).toEqual([
    { path: "stops", message: "holds 41 deployments; a train takes at most 40" },
  ]);
});

test("who does not reach all of it may neither make, see nor stop it", async () => {
  const { body: train } = await api.call("POST", "/v1/trains", { stops: [orders, shop] });
  const scope = { apps: ["shop"], environments: ["*"] };
  const limited = await aToken(api, { role: "operator", scope });
  expect((await limited.call("POST", "/v1/trains", { stops: [shop, [orders]] })).status).toBe(403);
  expect((await limited.call("GET", `/v1/trains/${train.id}`)).status).toBe(403);
  expect((await limited.call("POST", `/v1/trains/${train.id}/abort`)).status).toBe(403);
  expect((await limited.call("POST", "/v1/trains", { stops: [shop] })).status).toBe(202);
  const seen = (await limited.call("GET", "/v1/trains")).body.items;
  expect(seen.map((one: { stops: unknown[] }) => one.stops.length)).toEqual([1]);
});

test("abort is kept with who and why, once; a train that goes back refuses it", async () => {
  const { body: train } = await api.call("POST", "/v1/trains", { stops: [shop] });
  const abort = () => api.call("POST", `/v1/trains/${train.id}/abort`, { reason: "wrong day" });
  expect((await abort()).status).toBe(200);
  const { revision } = (await abort()).body;
  expect(await api.store.trains.need(train.id)).toMatchObject({
    revision,
    abort: { actor: "admin", reason: "wrong day" },
  });
  await api.store.trains.change(train.id, (one) => ({ ...one, turned: "because", status: "rolling_back" }));
  expect(await abort()).toMatchObject({
    status: 409,
    body: { code: "action_not_allowed", status: 409, allowed: [] },
  });
  expect((await api.call("GET", "/v1/trains/train_none")).status).toBe(404);
});

test("a long poll answers when the train moves", async () => {
  const { body: train } = await api.call("POST", "/v1/trains", { stops: [shop] });
  const after = `/v1/trains/${train.id}?waitSeconds=20&afterRevision=${train.revision}`;
  const polled = api.call("GET", after);
  await api.store.trains.change(train.id, (one) => ({ ...one, rounds: 1 }));
  expect((await polled).body.revision).toBe(2);
});

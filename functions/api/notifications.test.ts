import { afterEach, beforeEach, expect, test } from "vitest";
import type { Delivery } from "#core/domain/delivery.ts";
import type { Notice } from "#core/domain/notice.ts";
import { firstDelivery } from "#core/notify/attempts.ts";
import { deliveryId } from "#store/deliveries.ts";
import { aNotice, aReceiver } from "#test/support/a-notice.ts";
import { aToken } from "#test/support/a-token.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
});
afterEach(() => api.close());

async function aDelivery(notice: Partial<Notice>, receiver = "ops", overrides: Partial<Delivery> = {}) {
  const whole = aNotice(notice);
  const first = firstDelivery(
    deliveryId(whole, receiver),
    whole,
    aReceiver({ name: receiver }),
    api.clock.now(),
  );
  await api.store.deliveries.add({ ...first, ...overrides });
}

const list = async (query = "", headers = {}) =>
  (await api.call("GET", `/v1/notifications${query}`, undefined, headers)).body;
const ids = async (query: string) =>
  (await list(query)).items.map((one: { event: { id: string } }) => one.event.id);

test("deliveries are listed, newest first, by what they are asked for, a page at a time", async () => {
  await aDelivery({ id: "dep_1-1", at: "2026-01-05T12:00:01.000Z" });
  await aDelivery({ id: "dep_1-2", at: "2026-01-05T12:00:02.000Z", app: "orders" }, "chat");
  const failed = { status: "failed", nextAttemptAt: null, answered: 500, detail: "answered 500" } as const;
  await aDelivery({ id: "dep_1-3", at: "2026-01-05T12:00:03.000Z", environment: "dev" }, "ops", failed);
  expect(await ids("")).toEqual(["dep_1-3", "dep_1-2", "dep_1-1"]);
  expect(await ids("?app=orders")).toEqual(["dep_1-2"]);
  expect(await ids("?environment=prod&receiver=ops")).toEqual(["dep_1-1"]);
  expect(await ids("?status=failed")).toEqual(["dep_1-3"]);
  expect(await ids("?event=deployment.rolling_back&deployment=dep_1")).toHaveLength(3);
  expect(await ids("?event=deployment.failed")).toEqual([]);
  const first = await list("?limit=2");
  expect(await ids(`?limit=2&cursor=${first.cursor}`)).toEqual(["dep_1-1"]);
  expect(first.items[0]).toMatchObject({
    app: "shop",
    environment: "dev",
    deployment: "dep_1",
    version: "v3",
    event: { id: "dep_1-3", type: "deployment.rolling_back" },
    receiver: { name: "ops", kind: "webhook" },
    status: "failed",
    attempts: 1,
    answered: 500,
    detail: "answered 500",
  });
});

test("a token sees the deliveries of what it reaches", async () => {
  await aDelivery({ id: "dep_1-1" });
  await aDelivery({ id: "dep_2-1", app: "orders" });
  const viewer = await aToken(api, { scope: { apps: ["orders"] } });
  const { items } = (await viewer.call("GET", "/v1/notifications")).body;
  expect(items.map((one: { app: string }) => one.app)).toEqual(["orders"]);
});

const OPS = { name: "ops", url: "https://ops.example.com/tutti" };

async function put(notifications: unknown, more = {}) {
  return api.call("PUT", "/v1/environments/prod", { notifications, ...more });
}

test("receivers are kept with what was left out filled in, and shown again", async () => {
  expect((await put([OPS, { name: "chat", kind: "slack", urlSecret: "chat-url" }])).status).toBe(201);
  const { items } = (await api.call("GET", "/v1/environments")).body;
  expect(items[0].notifications).toEqual([
    { ...OPS, kind: "webhook", events: ["*"], apps: ["*"] },
    { name: "chat", kind: "slack", urlSecret: "chat-url", events: ["*"], apps: ["*"] },
  ]);
});

test("a private address is taken where the environment opens it", async () => {
  const inside = { ...OPS, url: "http://10.1.2.3/tutti" };
  expect((await put([inside])).body.errors).toEqual([
    { path: "notifications.0.url", message: "leads to 10.1.2.3, which is not public" },
  ]);
  expect((await put([inside], { hooks: { allowPrivate: ["10.0.0.0/8"] } })).status).toBe(201);
});

test.each([
  [[{ name: "ops" }], "notifications.0.url", "must be given, or urlSecret, and not both"],
  [[{ ...OPS, urlSecret: "x" }], "notifications.0.url", "must be given, or urlSecret, and not both"],
  [[{ ...OPS, url: "http://8.8.8.8/" }], "notifications.0.url", "must begin with https://"],
  [
    [{ ...OPS, kind: "slack", url: "https://hooks.slack.com/services/T0/B0/x" }],
    "notifications.0.url",
    "lets whoever reads it write in the channel: keep it in a secret, and name that in urlSecret",
  ],
  [[OPS, OPS], "notifications.1.name", "ops is named twice"],
  [[{ ...OPS, name: "Ops" }], "notifications.0.name", "must be 1 to 40 of a-z, 0-9 and -"],
  [
    [{ ...OPS, events: ["deployment.fail"] }],
    "notifications.0.events.0",
    "must be a type of notice, such as deployment.failed or target.degraded, in which * stands for any characters",
  ],
  [[{ ...OPS, events: [] }], "notifications.0.events", "must name at least one; leave it out for all"],
])("of %j it says what is wrong", async (notifications, path, message) => {
  const { status, body } = await put(notifications);
  expect(status).toBe(422);
  expect(body.errors).toEqual([{ path, message }]);
});

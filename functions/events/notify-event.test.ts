// Notices on their way to real receivers over HTTP, with time that passes only when somebody sleeps.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Delivery } from "#core/domain/delivery.ts";
import type { Notice } from "#core/domain/notice.ts";
import type { Receiver } from "#core/domain/receiver.ts";
import type { NotifyDeps } from "#engine/notify/deps.ts";
import { isSignedWith, parseSigned } from "#functions/api/hooks/signature.ts";
import { receiverCalls } from "#functions/deps/receiver-calls.ts";
import { aNotice, aReceiver } from "#test/support/a-notice.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { type Served, serve } from "#test/support/serve.ts";
import { takeNotify } from "./notify-event.ts";
import { wakeDeliveries } from "./wake-deliveries.ts";

let api: TestApi;
let deps: NotifyDeps;
let served: Served;
let calls: { headers: Headers; body: string }[];
let answers: (() => Response | Promise<Response>)[];
const secrets = new Map<string, string>();

beforeEach(async () => {
  [calls, answers] = [[], []];
  secrets.clear();
  api = await openTestApi();
  served = await serve(async (request) => {
    calls.push({ headers: request.headers, body: await request.text() });
    return (await answers.shift()?.()) ?? new Response(null, { status: 204 });
  });
  const parts = {
    installation: "tutti",
    prefix: "tutti/notifications/",
    secrets: { get: async (name: string) => secrets.get(name) ?? null },
    clock: api.clock,
    timeoutMs: 150,
  };
  deps = { ...api.deps, receivers: receiverCalls(parts), random: () => 0.5 };
});
afterEach(async () => {
  await served.close();
  await api.close();
});

async function receiving(receivers: Partial<Receiver>[], allowPrivate = ["127.0.0.0/8"]): Promise<void> {
  const notifications = receivers.map((one) =>
    aReceiver(one.urlSecret === undefined ? { url: served.url, ...one } : { url: undefined, ...one }),
  );
  const updatedAt = "2026-01-05T12:00:00.000Z";
  await api.store.environments.put({
    name: "prod",
    pools: {},
    hooks: { allowPrivate },
    notifications,
    updatedAt,
  });
}

const tell = (notice: Notice) =>
  takeNotify(deps, { source: "tutti", detail: { installation: "tutti", ...notice } });
const listed = async (): Promise<Delivery[]> => (await api.store.deliveries.list()).items;
const refuse =
  (status: number, body = "", headers = {}) =>
  () =>
    new Response(body, { status, headers });

/** As the sweep does, whenever something is due, for as long as the test wants. */
async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 60) {
    api.clock.advance(60_000);
    await wakeDeliveries(api.deps);
    for (const { payload } of api.sent.splice(0)) await takeNotify(deps, payload);
  }
}

test("a webhook gets the notice as it stands on the bus, signed, and the delivery says so", async () => {
  await receiving([{ secret: "ops" }]);
  secrets.set("ops", "s3cr3t-of-ops");
  await tell(aNotice());
  const { headers, body } = calls[0]!;
  expect(JSON.parse(body)).toEqual({ installation: "tutti", ...aNotice() });
  const signed = parseSigned(headers.get("x-tutti-timestamp")!, headers.get("x-tutti-signature")!)!;
  expect(isSignedWith("s3cr3t-of-ops", signed, Buffer.from(body))).toBe(true);
  expect(signed.timestamp).toBe(String(Math.floor(api.clock.now() / 1000)));
  const [delivery] = await listed();
  expect(delivery).toMatchObject({ receiver: "ops", status: "delivered", attempts: 1, answered: 204 });
  expect(Object.fromEntries(headers)).toMatchObject({
    "content-type": "application/json",
    "idempotency-key": "dep_1-4",
    "x-tutti-event": "deployment.rolling_back",
    "x-tutti-delivery": delivery!.id,
    "x-tutti-attempt": "1",
  });
});

test("Slack gets text, at an address that is kept in a secret and shown nowhere", async () => {
  await receiving([{ name: "chat", kind: "slack", urlSecret: "chat-url" }]);
  secrets.set("chat-url", `${served.url}/services/T0/B0/token-of-chat\n`);
  answers = [refuse(400, `no_service at ${served.url}/services/T0/B0/token-of-chat`)];
  await tell(aNotice());
  expect(JSON.parse(calls[1]!.body)).toEqual({
    text: ":rewind: *shop/prod* v3 is rolled back (before: v2)\nBatch 1 of 3: web-1 answered 500.\n_dep_1, by ann_",
  });
  expect(calls[1]!.headers.get("x-tutti-signature")).toBeNull();
  expect(JSON.stringify(await listed())).not.toContain("token-of-chat");
});

test("each receiver gets what it wants, and one that fails does not keep it from another", async () => {
  await receiving([
    { name: "gone", url: "http://127.0.0.1:9/" },
    { name: "all" },
    { name: "ends", events: ["deployment.succeeded"] },
    { name: "others", apps: ["orders"] },
  ]);
  await tell(aNotice());
  expect((await listed()).map(({ receiver, status }) => [receiver, status]).sort()).toEqual([
    ["all", "delivered"],
    ["gone", "pending"],
  ]);
  expect(calls).toHaveLength(1);
});

test("a notice that is told twice is delivered once, and so is one that two tell at once", async () => {
  await receiving([{}]);
  await Promise.all([tell(aNotice()), tell(aNotice())]);
  await tell(aNotice());
  expect(calls).toHaveLength(1);
});

test("one that answers 500 and is slow is asked again at once, under the same key", async () => {
  await receiving([{}]);
  const never = Promise.withResolvers<Response>();
  answers = [refuse(500, "not yet"), () => never.promise];
  const before = api.clock.now();
  await tell(aNotice());
  expect(
    calls.map(({ headers }) => [headers.get("x-tutti-attempt"), headers.get("idempotency-key")]),
  ).toEqual([
    ["1", "dep_1-4"],
    ["2", "dep_1-4"],
    ["3", "dep_1-4"],
  ]);
  expect(api.clock.now() - before).toBe(6000);
  expect((await listed())[0]).toMatchObject({ status: "delivered", attempts: 3, answered: 204 });
  never.resolve(new Response());
});

test("one that stays away is asked by the sweep, ever less often, then it is a dead letter that can be played again", async () => {
  await receiving([{}]);
  answers = Array.from({ length: 8 }, () => refuse(503, "closed"));
  await tell(aNotice());
  expect(calls).toHaveLength(3);
  expect((await listed())[0]).toMatchObject({
    status: "pending",
    attempts: 3,
    detail: "answered 503: closed",
  });
  await pass(60);
  expect(calls).toHaveLength(4);
  await pass(240);
  expect(calls).toHaveLength(4);
  await pass(5 * 3600);
  expect(calls).toHaveLength(8);
  const [failed] = await listed();
  expect(failed).toMatchObject({ status: "failed", attempts: 8, nextAttemptAt: null });
  const [letter] = (await api.store.deadLetters.list()).items;
  expect(letter).toMatchObject({
    event: "notify",
    attempts: 8,
    error: "ops in prod: answered 503: closed",
    payload: { delivery: failed!.id },
  });
  expect((await api.call("POST", `/v1/dead-letters/${letter!.id}/replay`)).status).toBe(202);
  for (const { event, payload } of api.sent.splice(0)) {
    expect(event).toBe("notify");
    await takeNotify(deps, payload);
  }
  expect((await listed())[0]).toMatchObject({ status: "delivered", attempts: 9 });
});

test("an attempt whose function died is made again once nobody can be making it any more", async () => {
  await receiving([{}]);
  answers = [
    () => {
      throw new Error("cannot be");
    },
  ];
  const dying: NotifyDeps = { ...deps, receivers: { call: () => Promise.reject(new Error("killed")) } };
  await expect(takeNotify(dying, { detail: { installation: "tutti", ...aNotice() } })).rejects.toThrow(
    "killed",
  );
  answers = [];
  await tell(aNotice());
  expect(calls).toHaveLength(0);
  await pass(60);
  expect(calls).toHaveLength(0);
  await pass(60);
  expect(calls).toHaveLength(1);
  expect((await listed())[0]).toMatchObject({ status: "delivered", attempts: 2 });
});

test("an address that is not public is not called, and is delivered to once it is opened and played again", async () => {
  await receiving([{}], []);
  await tell(aNotice());
  expect(calls).toHaveLength(0);
  const detail = `${served.url} leads to 127.0.0.1, which is not public`;
  const [failed] = await listed();
  expect(failed).toMatchObject({ status: "failed", attempts: 1, answered: null, detail });
  await receiving([{}]);
  await takeNotify(deps, { delivery: failed!.id });
  expect((await listed())[0]).toMatchObject({ status: "delivered", attempts: 2 });
});

test.each([
  [
    "a redirect",
    refuse(302, "", { location: "http://127.0.0.1/" }),
    "pending",
    "answered 302, and no redirect is followed",
  ],
  ["a receiver that is gone for good", refuse(410), "failed", "answered 410"],
  ["one that asks for patience", refuse(429, "", { "retry-after": "120" }), "pending", "answered 429"],
])("%s: %#", async (_name, answer, status, detail) => {
  await receiving([{}]);
  answers = [answer, answer, answer];
  await tell(aNotice());
  expect((await listed())[0]).toMatchObject({ status, detail });
});

test("who asks for two minutes is left alone for two minutes", async () => {
  await receiving([{}]);
  answers = [refuse(429, "", { "retry-after": "120" })];
  await tell(aNotice());
  expect((await listed())[0]!.nextAttemptAt).toBe("2026-01-05T12:02:00.000Z");
  await pass(60);
  expect(calls).toHaveLength(1);
  await pass(60);
  expect(calls).toHaveLength(2);
});

test("a secret that is not there is said by its name, and nothing goes out unsigned meanwhile", async () => {
  await receiving([{ secret: "ops" }]);
  await tell(aNotice());
  expect(calls).toHaveLength(0);
  expect((await listed())[0]).toMatchObject({
    status: "pending",
    detail: "there is no secret tutti/notifications/ops",
  });
  secrets.set("ops", "s3cr3t-of-ops");
  await pass(60);
  expect((await listed())[0]!.status).toBe("delivered");
});

test("a receiver that was taken out of the settings is asked no more", async () => {
  await receiving([{}]);
  answers = [refuse(500), refuse(500), refuse(500)];
  await tell(aNotice());
  await receiving([]);
  await pass(60);
  expect(calls).toHaveLength(3);
  expect((await listed())[0]).toMatchObject({
    status: "failed",
    detail: "prod has no receiver ops any more",
  });
});

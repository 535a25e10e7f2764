import { afterEach, beforeEach, expect, test } from "vitest";
import { POOL, SHOP } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { keepAllSchedules } from "./keep-schedules.ts";

let api: TestApi;

beforeEach(async () => {
  api = await openTestApi();
  for (const name of ["dev", "prod"]) await api.call("PUT", `/v1/environments/${name}`, POOL);
});
afterEach(() => api.close());

const NIGHT = { name: "nightly", cron: "0 3 * * *", timezone: "Europe/Berlin", action: "deploy" };
const MORNING = { cron: "0 8 * * MON-FRI", action: "scale", replicas: 6 };

const put = (more: object) => api.call("PUT", "/v1/apps/shop", { ...SHOP, ...more });
const expressions = () =>
  [...api.scheduled.values()].map((one) => `${one.expression} ${one.timezone}`).sort();

test("applying a manifest makes its schedules, another one takes them away again", async () => {
  await put({ environments: { prod: { schedules: [NIGHT, MORNING] }, dev: {} } });
  expect(expressions()).toEqual(["cron(0 3 * * ? *) Europe/Berlin", "cron(0 8 ? * 2-6 *) UTC"]);
  const [one] = [...api.scheduled.values()];
  expect(one!.name).toMatch(/^tutti-cron-[0-9a-f]{10}-[0-9a-f]{16}$/);
  expect(JSON.parse(one!.input)).toEqual({
    app: "shop",
    environment: "prod",
    schedule: one!.name.split("-").at(-1),
    scheduledAt: "<aws.scheduler.scheduled-time>",
  });
  const names = [...api.scheduled.keys()];
  await put({ environments: { prod: { schedules: [MORNING, NIGHT] } } });
  expect([...api.scheduled.keys()].sort()).toEqual(names.sort());
  await put({ environments: { prod: { schedules: [{ ...NIGHT, cron: "0 4 * * *" }] } } });
  expect(expressions()).toEqual(["cron(0 4 * * ? *) Europe/Berlin"]);
  await put({});
  expect(expressions()).toEqual([]);
});

test("those of the whole app are kept for environments that are named, and for those it was deployed to", async () => {
  await put({ schedules: [NIGHT], environments: { prod: {} } });
  expect(api.scheduled.size).toBe(1);
  await api.store.targets.acquire({
    app: "shop",
    environment: "dev",
    kind: "server",
    owner: "dep_1",
    onConflict: "queue",
  });
  expect(await keepAllSchedules(api.deps)).toEqual({ created: 1, removed: 0 });
  expect([...api.scheduled.values()].map((one) => JSON.parse(one.input).environment).sort()).toEqual([
    "dev",
    "prod",
  ]);
});

test("the sweep mends what was deleted, changed or turned off by hand, and takes away what nobody asks for", async () => {
  await put({ environments: { prod: { schedules: [NIGHT, MORNING] } } });
  const [first, second] = [...api.scheduled.keys()];
  api.scheduled.delete(first!);
  api.scheduled.set(second!, { ...api.scheduled.get(second!)!, asMade: false });
  const stray = { ...api.scheduled.get(second!)!, name: "tutti-cron-0000000000-0000000000000000" };
  api.scheduled.set(stray.name, stray);
  expect(await keepAllSchedules(api.deps)).toEqual({ created: 2, removed: 1 });
  expect([...api.scheduled.keys()].sort()).toEqual([first, second, stray.name].sort());
  expect([...api.scheduled.values()].filter((one) => one.name !== stray.name && !one.asMade)).toEqual([]);
  // A young one may be of a manifest that is just being applied.
  api.clock.advance(120_000);
  expect(await keepAllSchedules(api.deps)).toEqual({ created: 0, removed: 1 });
  expect(await keepAllSchedules(api.deps)).toEqual({ created: 0, removed: 0 });
});

test("an app takes its schedules with it, and nobody else's", async () => {
  await put({ environments: { prod: { schedules: [NIGHT] } } });
  await api.call("PUT", "/v1/apps/store", {
    ...SHOP,
    app: "store",
    environments: { prod: { schedules: [NIGHT] } },
  });
  expect(api.scheduled.size).toBe(2);
  expect((await api.call("DELETE", "/v1/apps/shop")).status).toBe(204);
  expect([...api.scheduled.values()].map((one) => JSON.parse(one.input).app)).toEqual(["store"]);
});

test("where the platform does not answer the manifest counts all the same, and the sweep does the rest", async () => {
  const { create } = api.deps.schedules;
  api.deps.schedules.create = async () => Promise.reject(new Error("slow down"));
  expect((await put({ environments: { prod: { schedules: [NIGHT] } } })).status).toBe(201);
  expect(api.logged).toContain("an app's schedules could not be kept; the sweep will");
  api.deps.schedules.create = create;
  expect(await keepAllSchedules(api.deps)).toEqual({ created: 1, removed: 0 });
});

test("an app shows what is scheduled for it, and when it comes next", async () => {
  await put({ environments: { prod: { schedules: [NIGHT, MORNING] } } });
  const { body } = await api.call("GET", "/v1/apps/shop");
  // It is Monday, 5 January 2026, noon.
  expect(body.schedules).toEqual([
    {
      environment: "prod",
      name: "nightly",
      cron: "0 3 * * *",
      timezone: "Europe/Berlin",
      action: "deploy",
      version: "latest",
      nextRunAt: "2026-01-06T02:00:00.000Z",
    },
    {
      environment: "prod",
      name: "scale at 0 8 * * MON-FRI UTC",
      cron: "0 8 * * MON-FRI",
      timezone: "UTC",
      action: "scale",
      replicas: 6,
      nextRunAt: "2026-01-06T08:00:00.000Z",
    },
  ]);
});

test("an app without schedules is read alone: where it is deployed is not asked", async () => {
  await put({ environments: { prod: {} } });
  const { of } = api.deps.store.targets;
  api.deps.store.targets.of = async () => Promise.reject(new Error("asked"));
  expect((await api.call("GET", "/v1/apps/shop")).body).toMatchObject({ app: "shop", schedules: [] });
  api.deps.store.targets.of = of;
});

import { afterEach, beforeEach, expect, test } from "vitest";
import { POOL, registerRelease, SHOP } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { takeSchedule } from "./schedule-event.ts";

let api: TestApi;

beforeEach(async () => {
  api = await openTestApi();
  await api.call("PUT", "/v1/environments/prod", POOL);
});
afterEach(() => api.close());

const NIGHT = { name: "nightly", cron: "0 3 * * *", action: "deploy" };
const MORNING = { name: "morning", cron: "0 8 * * *", action: "scale", replicas: 6 };

async function apply(...schedules: object[]): Promise<void> {
  const put = await api.call("PUT", "/v1/apps/shop", { ...SHOP, environments: { prod: { schedules } } });
  expect(put.body.errors).toBeUndefined();
}

/** As the platform would send it for the schedule with this expression. */
function eventOf(expression: string, scheduledAt = "2026-01-05T03:00:00Z"): string {
  const kept = [...api.scheduled.values()].find((one) => one.expression === expression)!;
  return JSON.parse(kept.input.replace("<aws.scheduler.scheduled-time>", scheduledAt));
}

const NIGHTLY = "cron(0 3 * * ? *)";
const MORNINGS = "cron(0 8 * * ? *)";

async function audited(): Promise<Record<string, unknown>[]> {
  const { body } = await api.call("GET", "/v1/audit");
  return body.items.filter((one: { actor: string }) => one.actor === "schedule");
}

async function deployments(): Promise<Record<string, unknown>[]> {
  return (await api.call("GET", "/v1/deployments")).body.items;
}

/** What runs there now. */
async function runs(version: string): Promise<void> {
  const name = { app: "shop", environment: "prod" };
  await api.store.targets.acquire({ ...name, kind: "server", owner: "dep_0", onConflict: "queue" });
  await api.store.targets.release(name, "dep_0", (target) => ({ ...target, release: version, desired: 3 }));
}

test("a schedule deploys the newest release, and says in the audit what it did", async () => {
  await apply(NIGHT);
  await registerRelease(api, "v1");
  api.clock.advance(1000);
  await registerRelease(api, "v2");
  await takeSchedule(api.deps, eventOf(NIGHTLY));
  const [deployment] = await deployments();
  expect(deployment).toMatchObject({ version: "v2", trigger: "schedule", createdBy: "schedule" });
  expect(await audited()).toMatchObject([
    {
      outcome: "done",
      status: 202,
      path: "schedule nightly",
      app: "shop",
      environment: "prod",
      detail: `Started: deploy of 2026-01-05T03:00:00Z as ${deployment!.id} (v2).`,
    },
  ]);
});

test("the same moment twice is one deployment, even where a newer release came in between", async () => {
  await apply(NIGHT);
  await registerRelease(api, "v1");
  await takeSchedule(api.deps, eventOf(NIGHTLY));
  api.clock.advance(1000);
  await registerRelease(api, "v2");
  await takeSchedule(api.deps, eventOf(NIGHTLY));
  const all = await deployments();
  expect(all.map((one) => one.version)).toEqual(["v1"]);
  expect((await audited())[0]).toMatchObject({
    status: 200,
    detail: `Came before: deploy of 2026-01-05T03:00:00Z as ${all[0]!.id} (v1).`,
  });
});

test("where the newest release runs already nothing happens, and a version by name is deployed as asked", async () => {
  await apply(NIGHT, { cron: "0 4 * * *", action: "deploy", version: "v1" });
  await registerRelease(api, "v1");
  await runs("v1");
  await takeSchedule(api.deps, eventOf(NIGHTLY));
  expect(await deployments()).toEqual([]);
  expect((await audited())[0]).toMatchObject({ status: 200, detail: "The newest release runs already." });
  await takeSchedule(api.deps, eventOf("cron(0 4 * * ? *)"));
  expect((await deployments()).map((one) => one.version)).toEqual(["v1"]);
});

test("a schedule scales what runs", async () => {
  await apply(MORNING);
  await registerRelease(api, "v1");
  await runs("v1");
  await takeSchedule(api.deps, eventOf(MORNINGS));
  const [{ id, trigger }] = (await deployments()) as [{ id: string; trigger: string }];
  expect(trigger).toBe("schedule");
  const { spec, purpose } = await api.store.deployments.need(id);
  expect([spec.replicas, purpose]).toEqual([6, "scale"]);
});

test("a schedule restarts what runs: the same release, as a deployment that says so", async () => {
  await apply({ cron: "0 5 * * *", action: "restart" });
  await registerRelease(api, "v1");
  await runs("v1");
  await takeSchedule(api.deps, eventOf("cron(0 5 * * ? *)"));
  const [{ id, trigger }] = (await deployments()) as [{ id: string; trigger: string }];
  const { version, purpose } = await api.store.deployments.need(id);
  expect([version, trigger, purpose]).toEqual(["v1", "schedule", "restart"]);
});

test("one that comes late does not undo what a later one did", async () => {
  await apply(MORNING, { name: "evening", cron: "0 20 * * *", action: "scale", replicas: 2 });
  await registerRelease(api, "v1");
  await runs("v1");
  await takeSchedule(api.deps, eventOf("cron(0 20 * * ? *)", "2026-01-05T20:00:00Z"));
  await takeSchedule(api.deps, eventOf(MORNINGS, "2026-01-05T08:00:00Z"));
  expect(await deployments()).toHaveLength(1);
  expect((await audited())[0]).toMatchObject({
    outcome: "refused",
    code: "outdated",
    path: "schedule morning",
  });
});

test.each([
  ["the app was deleted", () => api.call("DELETE", "/v1/apps/shop"), "There is no app shop."],
  [
    "the manifest no longer asks for it",
    () => apply(),
    expect.stringMatching(/^The manifest of shop no longer asks for the schedule [0-9a-f]{16} in prod\.$/),
  ],
])("where %s meanwhile it does nothing and says so", async (_what, meanwhile, detail) => {
  await apply(NIGHT);
  await registerRelease(api, "v1");
  const event = eventOf(NIGHTLY);
  await meanwhile();
  await takeSchedule(api.deps, event);
  expect(await deployments()).toEqual([]);
  expect((await audited())[0]).toMatchObject({ outcome: "refused", code: "not_found", detail });
});

test("what cannot be carried out is refused in the audit: nothing runs, nothing is released, no such event", async () => {
  await apply(NIGHT, MORNING);
  await takeSchedule(api.deps, eventOf(NIGHTLY));
  await takeSchedule(api.deps, eventOf(MORNINGS));
  await takeSchedule(api.deps, { app: "shop" });
  expect((await audited()).map((one) => one.code)).toEqual(["invalid_input", "not_found", "conflict"]);
});

test("a failure of ours is thrown, so that the platform tries again and keeps it at last", async () => {
  await apply(NIGHT);
  await registerRelease(api, "v1");
  const broken = { ...api.store.releases, list: async () => Promise.reject(new Error("the table is gone")) };
  const deps = { ...api.deps, store: { ...api.store, releases: broken } };
  await expect(takeSchedule(deps, eventOf(NIGHTLY))).rejects.toThrow("the table is gone");
  expect(await audited()).toEqual([]);
  await takeSchedule(api.deps, eventOf(NIGHTLY));
  expect(await deployments()).toHaveLength(1);
});

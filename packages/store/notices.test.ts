import { afterEach, beforeEach, expect, test } from "vitest";
import type { Notice } from "#core/domain/notice.ts";
import { aDeployment } from "#test/support/a-deployment.ts";
import { aReceiver } from "#test/support/a-notice.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { openTestTable, type TestTable } from "#test/support/table.ts";
import type { AddressedNotice } from "./notices.ts";
import { createStore, type Store } from "./store.ts";

let table: TestTable;
let store: Store;
let told: AddressedNotice[];
let down: boolean;

beforeEach(async () => {
  [told, down] = [[], false];
  table = await openTestTable();
  store = createStore({ ...table, clock: fakeClock(), bus: { put } });
});
afterEach(() => table.close());

async function put(notices: AddressedNotice[]): Promise<void> {
  if (down) throw new Error("the bus is away");
  told.push(...notices);
}

const PLANNING = { status: "planning", revision: 0 } as const;
const asked = { type: "status" as const, message: "ann deploys v2." };

async function becomes(status: NonNullable<Notice["deployment"]>["status"], message: string) {
  await store.deployments.change("dep_1", (deployment) => ({
    deployment: { ...deployment, status },
    events: [{ type: "status", message }],
  }));
}

test("a deployment that is created and each change of its status is told, with its place in the events", async () => {
  await store.deployments.create(aDeployment(PLANNING), [asked]);
  await becomes("running", "3 steps.");
  await store.deployments.change("dep_1", (deployment) => ({
    deployment,
    events: [{ type: "note", message: "Nothing that concerns the status." }],
  }));
  await becomes("rolling_back", "web-1 is unhealthy.");
  expect(told.map(({ id, type, message, deployment }) => [id, type, message, deployment!.status])).toEqual([
    ["dep_1-1", "deployment.planning", "ann deploys v2.", "planning"],
    ["dep_1-2", "deployment.running", "3 steps.", "running"],
    ["dep_1-4", "deployment.rolling_back", "web-1 is unhealthy.", "rolling_back"],
  ]);
});

test("a change that met a stale write is told once, and one that changes nothing not at all", async () => {
  await store.deployments.create(aDeployment(PLANNING), [asked]);
  await Promise.all([becomes("running", "one"), becomes("running", "other")]);
  await store.deployments.change("dep_1", () => null);
  expect(told.map(({ type }) => type)).toEqual(["deployment.planning", "deployment.running"]);
});

test("what was told last is remembered as long as somebody may have to ask", async () => {
  await store.deployments.create(aDeployment(PLANNING), [asked]);
  expect(await store.notices.toldSeq("dep_1")).toBe(0);
  await becomes("running", "3 steps.");
  expect(await store.notices.toldSeq("dep_1")).toBe(2);
  await becomes("succeeded", "v2 is live.");
  expect(await store.notices.toldSeq("dep_1")).toBe(2);
});

test("what the bus does not take is kept, and told once it does", async () => {
  await store.deployments.create(aDeployment(PLANNING), [asked]);
  down = true;
  await becomes("running", "3 steps.");
  await becomes("failed", "not even the way back.");
  await expect(store.notices.tellKept()).rejects.toThrow("the bus is away");
  down = false;
  expect(await store.notices.tellKept()).toBe(2);
  expect(told.map(({ type }) => type)).toEqual([
    "deployment.planning",
    "deployment.running",
    "deployment.failed",
  ]);
  expect(await store.notices.tellKept()).toBe(0);
});

test("a notice says how many receivers want it, as its environment has them now, and nothing where none does", async () => {
  await store.deployments.create(aDeployment({ ...PLANNING, environment: "prod" }), [asked]);
  const notifications = [aReceiver(), aReceiver({ name: "chat", events: ["deployment.failed"] })];
  await store.environments.put({ name: "prod", pools: {}, updatedAt: "", notifications });
  await becomes("running", "3 steps.");
  down = true;
  await becomes("failed", "not even the way back.");
  down = false;
  await store.notices.tellKept();
  expect(told.map((one) => [one.type, one.receivers])).toEqual([
    ["deployment.planning", undefined],
    ["deployment.running", 1],
    ["deployment.failed", 2],
  ]);
});

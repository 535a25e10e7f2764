import { afterAll, beforeAll, expect, test } from "vitest";
import { aDeployment } from "#test/support/a-deployment.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { openTestTable, type TestTable } from "#test/support/table.ts";
import { TOPICS, type Topic } from "./changes.ts";
import { createStore, type Store } from "./store.ts";

const SHOP = { app: "shop", environment: "prod" };

let table: TestTable;
let store: Store;

beforeAll(async () => {
  table = await openTestTable();
  store = createStore({ ...table, clock: fakeClock(), random: () => 0 });
});
afterAll(() => table.close());

/** Of which topics the mark has changed meanwhile. */
async function changedBy(write: () => Promise<unknown>): Promise<Topic[]> {
  const marks = () => Promise.all(TOPICS.map((topic) => store.changes.markOf([topic])));
  const before = await marks();
  await write();
  const after = await marks();
  return TOPICS.filter((_, i) => before[i] !== after[i]);
}

test("a write is news of its topic, and twice within a millisecond it is news twice", async () => {
  const lock = () => store.targets.acquire({ ...SHOP, kind: "server", owner: "dep_1", onConflict: "queue" });
  expect(await changedBy(lock)).toEqual(["targets"]);
  expect(await changedBy(lock), "nothing was written").toEqual([]);
  expect(await changedBy(() => store.targets.release(SHOP, "dep_1"))).toEqual(["targets"]);
  expect(await changedBy(() => store.targets.remove(SHOP))).toEqual(["targets"]);
});

test("a deployment is news when a list shows it otherwise: its status, a step, a failure; not when it was only looked at", async () => {
  const { id } = aDeployment({ id: "dep_1" });
  expect(await changedBy(() => store.deployments.create(aDeployment({ id, ...SHOP })))).toEqual([
    "deployments",
  ]);
  const changed = (more: object) =>
    changedBy(() => store.deployments.change(id, (one) => ({ deployment: { ...one, ...more } })));
  const step = {
    index: 0,
    type: "batch",
    label: "",
    replicas: ["a"],
    startedAt: null,
    endedAt: null,
  } as const;
  expect(await changed({ steps: [{ ...step, status: "pending" }] })).toEqual(["deployments"]);
  expect(await changed({ steps: [{ ...step, status: "running" }] })).toEqual(["deployments"]);
  expect(await changed({ watches: [] })).toEqual([]);
  expect(await changed({ status: "paused" })).toEqual(["deployments"]);
});

test("one mark stands for several topics, in whichever order they are named", async () => {
  const both = await store.changes.markOf(["targets", "deployments"]);
  expect(await store.changes.markOf(["deployments", "targets"])).toBe(both);
  await store.changes.note("trains");
  expect(await store.changes.markOf(["targets", "deployments"])).toBe(both);
  await store.changes.note("targets");
  expect(await store.changes.markOf(["targets", "deployments"])).not.toBe(both);
});

test("what was written stands where its mark cannot be", async () => {
  const { client } = table;
  const deaf = new Proxy(client, {
    get: (of, name) => {
      if (name !== "send") return Reflect.get(of, name);
      return (command: { input: { Item?: { pk?: string } } }) =>
        command.input.Item?.pk === "CHANGES"
          ? Promise.reject(new Error("throttled"))
          : of.send(command as never);
    },
  });
  const own = createStore({ ...table, client: deaf, clock: fakeClock() });
  await own.targets.acquire({ ...SHOP, kind: "server", owner: "dep_2", onConflict: "queue" });
  expect((await store.targets.need(SHOP)).lock?.owner).toBe("dep_2");
});

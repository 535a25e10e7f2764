import { afterAll, beforeAll, expect, test } from "vitest";
import type { Deployment } from "#core/domain/deployment.ts";
import { TuttiError } from "#core/errors.ts";
import { aDeployment } from "#test/support/a-deployment.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { openTestTable, type TestTable } from "#test/support/table.ts";
import { createStore, type Store } from "./store.ts";

let table: TestTable;
let store: Store;

beforeAll(async () => {
  table = await openTestTable();
  store = createStore({ ...table, clock: fakeClock() });
});
afterAll(() => table.close());

let made = 0;
async function stored(overrides: Partial<Deployment> = {}): Promise<Deployment> {
  const id = `dep_${String(++made).padStart(4, "0")}`;
  return store.deployments.create(aDeployment({ id, ...overrides }));
}

const note = (message: string) => ({ type: "note" as const, message });

test("a stored deployment is read back as it was, at revision 1", async () => {
  const deployment = await stored();
  expect(await store.deployments.get(deployment.id)).toEqual({ ...deployment, revision: 1 });
});

test("a deployment cannot be created twice", async () => {
  const { id } = await stored();
  await expect(store.deployments.create(aDeployment({ id }))).rejects.toMatchObject({ code: "stale_write" });
});

test("a change raises the revision by one and counts as a write", async () => {
  const { id } = await stored();
  const after = await store.deployments.change(id, (deployment) => ({
    deployment: { ...deployment, reason: "because" },
  }));
  expect(after).toMatchObject({ revision: 2, reason: "because", cost: { writes: 1 } });
  expect(await store.deployments.get(id)).toEqual(after);
});

test("a change that answers null writes nothing", async () => {
  const { id } = await stored();
  expect(await store.deployments.change(id, () => null)).toMatchObject({ revision: 1 });
});

test("ten changes at once all happen", async () => {
  const { id } = await stored();
  await Promise.all(
    Array.from({ length: 10 }, () =>
      store.deployments.change(id, (deployment) => ({
        deployment: { ...deployment, rounds: deployment.rounds + 1 },
        events: [note("counted")],
      })),
    ),
  );
  expect(await store.deployments.get(id)).toMatchObject({ rounds: 10, revision: 11, eventSeq: 10 });
  expect((await store.events.list(id)).map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("events keep their order and have no gap, wherever they are kept", async () => {
  const { id } = await stored();
  for (let i = 0; i < 12; i++) {
    await store.deployments.change(id, (deployment) => ({
      deployment,
      events: [note(`a${i}`), note(`b${i}`), note(`c${i}`)],
    }));
  }
  const all = await store.events.list(id);
  expect(all.map((event) => event.seq)).toEqual(Array.from({ length: 36 }, (_, i) => i + 1));
  expect(all.at(-1)).toMatchObject({ type: "note", message: "c11", seq: 36 });
  expect((await store.events.list(id, { after: 20, limit: 3 })).map((event) => event.seq)).toEqual([
    21, 22, 23,
  ]);
  expect((await store.events.list(id, { after: 34 })).map((event) => event.seq)).toEqual([35, 36]);
});

test("a plan of 5,000 steps fits into an item and comes back whole", async () => {
  const steps = Array.from({ length: 5000 }, (_, index) => ({
    type: "batch" as const,
    label: `Install v2 on web-${index}`,
    replicas: [`mi-${String(index).padStart(17, "0")}`],
    action: "install" as const,
    version: "v2",
    index,
    status: "pending" as const,
    startedAt: null,
    endedAt: null,
  }));
  const { id } = await stored({ steps });
  expect((await store.deployments.get(id))!.steps).toEqual(steps);
});

test("lists are newest first, filtered, and continue behind the cursor", async () => {
  for (let i = 0; i < 5; i++) {
    await stored({
      app: "listed",
      environment: i % 2 ? "dev" : "prod",
      status: i < 3 ? "succeeded" : "running",
    });
  }
  const first = await store.deployments.list({ app: "listed" }, { limit: 2 });
  const second = await store.deployments.list({ app: "listed" }, { limit: 2, cursor: first.cursor! });
  const third = await store.deployments.list({ app: "listed" }, { limit: 2, cursor: second.cursor! });
  const ids = [...first.items, ...second.items, ...third.items].map((one) => one.id);
  expect(ids).toEqual([...ids].sort().reverse());
  expect(ids).toHaveLength(5);
  expect(third.cursor).toBeNull();
  const filtered = await store.deployments.list({ app: "listed", environment: "prod", status: "succeeded" });
  expect(filtered.items).toHaveLength(2);
});

test("a cursor that is none of ours is refused by its path", async () => {
  const refused = store.deployments.list({}, { cursor: "nonsense" });
  await expect(refused).rejects.toBeInstanceOf(TuttiError);
  await expect(refused).rejects.toMatchObject({ code: "invalid_input", errors: [{ path: "cursor" }] });
});

test("an unknown deployment is not found", async () => {
  expect(await store.deployments.get("dep_none")).toBeNull();
  await expect(store.deployments.need("dep_none")).rejects.toMatchObject({ code: "not_found" });
  await expect(store.events.list("dep_none")).rejects.toMatchObject({ code: "not_found" });
});

test("the event that tells of a new status names it, and no other does", async () => {
  const { id } = await stored({ status: "running" });
  const two = [note("one"), note("two")];
  await store.deployments.change(id, (deployment) => ({ deployment, events: [note("nothing moved")] }));
  await store.deployments.change(id, (deployment) => ({
    deployment: { ...deployment, status: "paused" },
    events: two,
  }));
  expect((await store.events.list(id)).map(({ message, status }) => [message, status])).toEqual([
    ["nothing moved", undefined],
    ["one", undefined],
    ["two", "paused"],
  ]);
});

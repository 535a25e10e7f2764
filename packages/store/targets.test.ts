import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Fleet } from "#core/domain/replica.ts";
import { EMPTY_FLEET } from "#core/domain/replica.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { openTestTable, type TestTable } from "#test/support/table.ts";
import { keys } from "./keys.ts";
import { createStore, type Store } from "./store.ts";

let table: TestTable;
let store: Store;
beforeAll(async () => {
  table = await openTestTable();
  store = createStore({ ...table, clock: fakeClock() });
});
afterAll(() => table.close());

let made = 0;
function aName() {
  return { app: `app-${++made}`, environment: "prod" };
}

const acquire = (
  name: ReturnType<typeof aName>,
  owner: string,
  onConflict: "queue" | "reject" | "supersede" = "queue",
) => store.targets.acquire({ ...name, kind: "server", owner, onConflict });

test("the first one gets the lock, the others wait in order, and a release hands it on", async () => {
  const name = aName();
  expect((await acquire(name, "dep_1")).outcome).toBe("acquired");
  expect((await acquire(name, "dep_2")).outcome).toBe("queued");
  expect((await acquire(name, "dep_3")).outcome).toBe("queued");
  expect(await store.targets.release(name, "dep_1")).toMatchObject({ released: true, next: "dep_2" });
  expect(await store.targets.get(name)).toMatchObject({ lock: { owner: "dep_2" }, queue: ["dep_3"] });
});

test("asked twice by the same owner it answers the same", async () => {
  const name = aName();
  await acquire(name, "dep_1");
  await acquire(name, "dep_2");
  expect((await acquire(name, "dep_1")).outcome).toBe("acquired");
  expect((await acquire(name, "dep_2")).outcome).toBe("queued");
  expect((await store.targets.need(name)).queue).toEqual(["dep_2"]);
});

test("of ten at once exactly one gets the lock, and no one is lost", async () => {
  const name = aName();
  const owners = Array.from({ length: 10 }, (_, i) => `dep_${i}`);
  const outcomes = await Promise.all(owners.map((owner) => acquire(name, owner)));
  expect(outcomes.filter((one) => one.outcome === "acquired")).toHaveLength(1);
  const { lock, queue } = await store.targets.need(name);
  expect([lock!.owner, ...queue].sort()).toEqual(owners);
});

test("reject refuses with the owner, supersede goes to the head and sends the others home", async () => {
  const name = aName();
  await acquire(name, "dep_1");
  await acquire(name, "dep_2");
  await expect(acquire(name, "dep_3", "reject")).rejects.toMatchObject({
    code: "target_busy",
    extra: { activeDeployment: "dep_1", queue: ["dep_2"] },
  });
  expect(await acquire(name, "dep_4", "supersede")).toMatchObject({ outcome: "queued", dropped: ["dep_2"] });
  expect((await store.targets.need(name)).queue).toEqual(["dep_4"]);
});

test("a lock is given back only by its owner, and what changes with it is one write", async () => {
  const name = aName();
  await acquire(name, "dep_1");
  const { revision } = await store.targets.need(name);
  expect(await store.targets.release(name, "dep_9")).toMatchObject({ released: false, next: null });
  const { target } = await store.targets.release(name, "dep_1", (before) => ({ ...before, release: "v1" }));
  expect(target).toMatchObject({ lock: null, release: "v1", revision: revision + 1 });
});

test("a snapshot is kept, and the same one again is no write", async () => {
  const name = aName();
  await acquire(name, "dep_1");
  const fleet: Fleet = {
    ...EMPTY_FLEET,
    endpoint: "http://127.0.0.1:8100",
    replicas: [{ id: "a", version: "v1", health: "healthy", address: null, startedAt: null }],
  };
  const first = await store.targets.setSnapshot(name, fleet);
  expect(first).toMatchObject({ endpoint: "http://127.0.0.1:8100", replicas: [{ id: "a" }] });
  expect((await store.targets.setSnapshot(name, fleet)).revision).toBe(first.revision);
});

test("how a copy answered from minute to minute is no part of a snapshot: it would be a write for each look", async () => {
  const name = aName();
  await acquire(name, "dep_1");
  const replica = { id: "v1", version: "v1", health: "healthy" as const, address: null, startedAt: null };
  const looked = (bad: number): Fleet => ({
    ...EMPTY_FLEET,
    replicas: [{ ...replica, answers: [{ minuteAt: "2026-01-05T12:00:00.000Z", bad, of: 100 }] }],
  });
  const kept = await store.targets.setSnapshot(name, looked(1));
  expect(kept.replicas).toEqual([replica]);
  expect((await store.targets.setSnapshot(name, looked(2))).revision).toBe(kept.revision);
});

test("what was seen of a target is kept as counts, an entry for each change, and the oldest go first", async () => {
  const name = aName();
  await acquire(name, "dep_1");
  const seen = (healths: ("healthy" | "unhealthy")[]) =>
    store.targets.setSnapshot(name, {
      ...EMPTY_FLEET,
      replicas: healths.map((health, i) => ({
        id: `${i}`,
        version: "v1",
        health,
        address: null,
        startedAt: null,
      })),
    });
  await seen(["healthy"]);
  await seen(["healthy"]);
  const { standings } = await seen(["healthy", "unhealthy"]);
  expect(standings?.map(({ at: _, ...counts }) => counts)).toEqual([
    { desired: 0, replicas: 1, healthy: 1 },
    { desired: 0, replicas: 2, healthy: 1 },
  ]);
  const full = Array.from({ length: 300 }, (_, i) => ({
    at: "2026-01-05T12:00:00.000Z",
    desired: 0,
    replicas: i,
    healthy: 0,
  }));
  await store.targets.change(name, (target) => ({ ...target, standings: full }));
  const last = (await seen(["healthy"])).standings!;
  expect([last.length, last[0]!.replicas, last.at(-1)!.healthy]).toEqual([300, 1, 1]);
});

test("a target of 1,500 replicas fits, and its snapshot is bounded", async () => {
  const name = aName();
  await acquire(name, "dep_1");
  const replicas = Array.from({ length: 1500 }, (_, i) => ({
    id: `mi-${String(i).padStart(17, "0")}`,
    version: "v1",
    health: "healthy" as const,
    address: `10.0.${i >> 8}.${i & 255}:8080`,
    startedAt: null,
  }));
  await store.targets.setSnapshot(name, { ...EMPTY_FLEET, replicas });
  expect((await store.targets.need(name)).replicas).toEqual(replicas.slice(0, 1000));
});

test("an unknown target is not found", async () => {
  await expect(store.targets.need({ app: "none", environment: "prod" })).rejects.toMatchObject({
    code: "not_found",
  });
});

test("an app's targets are its own, however alike another's name is", async () => {
  for (const [app, environment] of [
    ["shop", "prod"],
    ["shop", "dev"],
    ["shop-2", "prod"],
  ] as const)
    await acquire({ app, environment }, "dep_1");
  expect((await store.targets.of("shop")).map((one) => one.environment)).toEqual(["dev", "prod"]);
  expect(await store.targets.of("sho")).toEqual([]);
});

test("one that was made before its birthday was kept has its place in the list with the next look", async () => {
  const name = aName();
  await acquire(name, "dep_1");
  await store.targets.setSnapshot(name, EMPTY_FLEET);
  const Key = keys.target(name.app, name.environment);
  const { Item } = await table.client.send(new GetCommand({ TableName: table.table, Key }));
  const { gsi2pk, gsi2sk, createdAt, ...before } = Item!;
  await table.client.send(new PutCommand({ TableName: table.table, Item: before }));
  const listed = async () => (await store.targets.list({ limit: 200 })).items.map((one) => one.app);
  expect(await listed()).not.toContain(name.app);
  expect((await store.targets.all()).map((one) => one.app)).toContain(name.app);
  await store.targets.setSnapshot(name, EMPTY_FLEET);
  expect(await listed()).toContain(name.app);
});

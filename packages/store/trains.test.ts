import { afterAll, beforeAll, expect, test } from "vitest";
import type { Notice } from "#core/domain/notice.ts";
import { aTrain } from "#test/support/a-train.ts";
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

test("a train is read back as it was, and cannot be created twice", async () => {
  const train = await store.trains.create(aTrain({ id: "train_a" }));
  expect(await store.trains.get("train_a")).toEqual(train);
  await expect(store.trains.create(train)).rejects.toMatchObject({ code: "stale_write" });
});

test("ten changes at once all happen", async () => {
  await store.trains.create(aTrain({ id: "train_b" }));
  const more = () => store.trains.change("train_b", (train) => ({ ...train, rounds: train.rounds + 1 }));
  await Promise.all(Array.from({ length: 10 }, more));
  expect(await store.trains.need("train_b")).toMatchObject({ rounds: 10, revision: 11 });
});

test("an open train is found until it has ended, and listed for good", async () => {
  await store.trains.create(aTrain({ id: "train_c" }));
  const open = async () => (await store.trains.listOpen()).items.map((one) => one.id);
  expect(await open()).toContain("train_c");
  await store.trains.change("train_c", (train) => ({ ...train, status: "succeeded" }));
  expect(await open()).not.toContain("train_c");
  expect((await store.trains.list()).items[0]!.id).toBe("train_c");
});

test("a train that departs and each change of its status is told, and nothing else of it", async () => {
  const told: string[] = [];
  const put = async (notices: Notice[]) => void told.push(...notices.map(({ id }) => id));
  const telling = createStore({ ...table, clock: fakeClock(), bus: { put } });
  await telling.trains.create(aTrain({ id: "train_d" }));
  await telling.trains.change("train_d", (train) => ({ ...train, rounds: 7 }));
  const turned = await telling.trains.change("train_d", (train) => ({ ...train, status: "rolling_back" }));
  expect(told).toEqual(["train_d-running-prod", "train_d-rolling_back-prod"]);
  expect(turned.statusAt).toMatch(/^20/);
});

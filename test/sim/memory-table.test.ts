// The table in memory against a real DynamoDB endpoint (dynalite): the same calls of the store get the same answers.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTable, type Table } from "#store/table.ts";
import { openTestTable, type TestTable } from "#test/support/table.ts";
import { chanceOf } from "./chance.ts";
import { memoryTable } from "./memory-table.ts";

let real: TestTable;
beforeAll(async () => {
  real = await openTestTable();
});
afterAll(() => real.close());

/** What came of it, errors by their code. */
async function answerOf(table: Table, call: (table: Table) => Promise<unknown>): Promise<unknown> {
  try {
    return await call(table);
  } catch (error) {
    const { code, current } = error as { code?: string; current?: unknown };
    return { code, current };
  }
}

test("five hundred random calls are answered alike", async () => {
  const none = async () => {};
  const tables = [
    openTable(real.client, real.table, none),
    openTable({ send: memoryTable().send } as never, "memory", none),
  ] as const;
  const chance = chanceOf(20260105);
  const pk = () => `P${chance.whole(1, 3)}`;
  const key = () => ({ pk: pk(), sk: `S#${chance.whole(1, 9)}` });
  const item = () => ({
    ...key(),
    revision: chance.whole(1, 3),
    nested: { list: [1, undefined, { a: null }].slice(0, chance.whole(0, 1)), gone: undefined },
    bytes: new Uint8Array([1, 2, 3]),
    ...(chance.hits(0.5) ? { gsi1pk: `G${chance.whole(1, 2)}`, gsi1sk: `${chance.next()}` } : {}),
  });
  const calls: (() => (table: Table) => Promise<unknown>)[] = [
    () =>
      (
        (one) => (table) =>
          table.get(one)
      )(key()),
    () =>
      (
        (one) => (table) =>
          table.put(one)
      )(item()),
    () =>
      (
        (one) => (table) =>
          table.put(one, { expression: "attribute_not_exists(pk)" })
      )(item()),
    () => {
      const [one, was] = [item(), chance.whole(1, 3)];
      const condition = {
        expression: "#revision = :was",
        names: { "#revision": "revision" },
        values: { ":was": was },
      };
      return (table) => table.put(one, condition);
    },
    () =>
      (
        (one) => (table) =>
          table.remove(one)
      )(key()),
    () =>
      (
        (keys) => (table) =>
          table.getAll(keys)
      )([
        { pk: "P1", sk: "S#1" },
        { pk: "P2", sk: "S#2" },
      ]),
    () =>
      (
        (items) => (table) =>
          table.putAll(items)
      )([
        { ...item(), sk: "S#a" },
        { ...item(), sk: "S#b" },
      ]),
    () => {
      const query = { pk: pk(), descending: chance.hits(0.5), limit: chance.whole(1, 5) };
      const sort = chance.pick([
        {},
        { prefix: "S#1" },
        { greaterThan: "S#3" },
        { between: ["S#2", "S#6"] as [string, string] },
      ]);
      return async (table) => {
        const first = await table.query({ ...query, ...sort });
        const rest = first.lastKey && (await table.query({ ...query, ...sort, startKey: first.lastKey }));
        return [first, rest];
      };
    },
    () =>
      (
        (one) => (table) =>
          table.query(one)
      )({ pk: `G${chance.whole(1, 2)}`, index: "gsi1" as const, limit: 3 }),
  ];
  for (let count = 0; count < 500; count++) {
    const call = chance.pick(calls)();
    const [wanted, got] = [await answerOf(tables[0], call), await answerOf(tables[1], call)];
    expect(got).toEqual(wanted);
  }
});

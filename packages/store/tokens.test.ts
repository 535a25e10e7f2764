import { afterAll, beforeAll, expect, test } from "vitest";
import type { Token } from "#core/domain/token.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { openTestTable, type TestTable } from "#test/support/table.ts";
import { keys } from "./keys.ts";
import { createStore, type Store } from "./store.ts";
import { openTable } from "./table.ts";

let table: TestTable;
let store: Store;

beforeAll(async () => {
  table = await openTestTable();
  store = createStore({ client: table.client, table: table.table, clock: fakeClock() });
});

afterAll(() => table.close());

const AT = "2026-01-05T12:00:00.000Z";

function aToken(more: Partial<Token> & { id: string }): Omit<Token, "revision"> {
  return {
    name: "ci",
    role: "viewer",
    scope: { apps: ["*"], environments: ["*"] },
    secretSha256: "00",
    createdAt: AT,
    createdBy: "ann",
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    ...more,
  };
}

const endOf = async (id: string) =>
  (await openTable(table.client, table.table, async () => {}).get(keys.token(id)))!.ttl;

test("a token that has ended is kept for 90 days, one without an end for ever, whatever was noted of it since", async () => {
  const days = (count: number) => Date.parse(AT) / 1000 + count * 86_400;
  const lasting = await store.tokens.create(aToken({ id: "tok_1" }));
  const ending = await store.tokens.create(aToken({ id: "tok_2", expiresAt: "2026-01-06T12:00:00.000Z" }));
  await Promise.all([lasting, ending].map((token) => store.tokens.touch(token, AT)));
  expect([await endOf("tok_1"), await endOf("tok_2")]).toEqual([undefined, days(91)]);
  await store.tokens.revoke("tok_1", AT);
  expect(await endOf("tok_1")).toBe(days(90));
  expect((await store.tokens.get("tok_1"))!.lastUsedAt).toBe(AT);
});

test("a bucket is shared: of ten who take at once none gets what another got", async () => {
  const policy = { perSecond: 1, burst: 25 };
  const take = () => store.rateBuckets.take("calls#tok_1", policy, 4, 1000);
  const all = await Promise.all(Array.from({ length: 10 }, take));
  expect(all.reduce((sum, one) => sum + one.granted, 0)).toBe(25);
  expect(await take()).toEqual({ granted: 0, waitMs: 1000 });
});

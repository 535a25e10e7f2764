// How the sweep goes over many targets, with drivers that answer late or never. What it finds in each is in
// test/workflows/sweep.test.ts.
import { afterAll, beforeAll, expect, test } from "vitest";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import { createStore, type Store } from "#store/store.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { openTestTable, type TestTable } from "#test/support/table.ts";
import type { SweepDeps } from "./deps.ts";
import { sweep } from "./sweep.ts";

const TARGETS = 60;
let table: TestTable;
let store: Store;
beforeAll(async () => {
  table = await openTestTable();
  store = createStore({ ...table, clock: fakeClock() });
  for (let n = 1; n <= TARGETS; n++)
    await store.targets.acquire({ ...named(n), kind: "server", owner: "heal_1", onConflict: "reject" });
});
afterAll(() => table.close());

const named = (n: number) => ({ app: `app-${String(n).padStart(2, "0")}`, environment: "prod" });

type Invoke = SweepDeps["drivers"]["invoke"];

function deps(invoke: Invoke, clock = fakeClock()): { deps: SweepDeps; logs: [string, unknown][] } {
  const logs: [string, unknown][] = [];
  const line = (message: string, fields?: unknown) => void logs.push([message, fields]);
  const unused = () => Promise.reject(new Error("not asked for here"));
  return {
    logs,
    deps: {
      store,
      clock,
      newTraceId: () => "0".repeat(32),
      ids: () => "heal_2",
      executions: { start: unused, describe: unused },
      trainExecutions: { start: unused, describe: unused },
      healExecutions: { start: unused, describe: async () => "running" as const },
      tokens: { succeed: unused },
      log: { info: line, warn: line, error: line },
      drivers: { invoke },
    },
  };
}

const appOf = (request: Parameters<Invoke>[1]) => ("app" in request ? request.app : "");

test("a target that cannot be inspected hinders no other, and is told by name", async () => {
  const healed: string[] = [];
  const { deps: all, logs } = deps(async (_kind, request) => {
    if (appOf(request) === "app-07") throw new Error("its host is on fire");
    healed.push(appOf(request));
  });
  await sweep(all);
  expect(healed).toHaveLength(TARGETS - 1);
  expect(logs).toEqual([[LOG_MESSAGES.notSwept, { ...named(7), error: "Error: its host is on fire" }]]);
});

test("at most fifty drivers are asked at once, and one that answers late holds up none of the others", async () => {
  let now = 0;
  let most = 0;
  let others = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const { deps: all } = deps(async (_kind, request) => {
    most = Math.max(most, ++now);
    if (appOf(request) === "app-01") await promise;
    else {
      await Promise.resolve();
      others += 1;
      if (others === TARGETS - 1) resolve();
    }
    now -= 1;
  });
  await sweep(all);
  expect([most, others]).toEqual([50, TARGETS - 1]);
});

test("what there is no time for is told, and comes first in the next minute's round", async () => {
  const clock = fakeClock();
  const asked: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const { deps: all, logs } = deps(async (_kind, request) => {
    asked.push(appOf(request));
    if (asked.length === 50) {
      clock.advance(200_000);
      resolve();
    }
    await promise;
  }, clock);
  await sweep(all);
  expect(asked).toHaveLength(50);
  expect(logs).toEqual([[LOG_MESSAGES.sweepLate, { targets: TARGETS, notLookedAt: TARGETS - 50 }]]);
  clock.advance(60_000 - 200_000);
  await sweep(all);
  expect(new Set([...asked.slice(0, 50), ...asked.slice(50, 60)]).size).toBe(TARGETS);
});

// A thousand random days: deployments of all strategies, pauses, approvals, failures, healings, scaling, hosts that come and go, calls
// that are lost, repeated or never answered, and processes that die. What is promised must hold in each. Two workers share them.
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import type { Day } from "#test/sim/day.ts";

const DAYS = 1000;

const WORKERS = 2;

test("the promises hold on a thousand random days", async () => {
  const days = (await Promise.all(Array.from({ length: WORKERS }, (_, index) => played(index)))).flat();
  const broken = days.flatMap(({ seed, broken: what }) =>
    what.map((one) => `npm run day -- ${seed}: ${one}`),
  );
  expect(broken).toEqual([]);
  expect(days).toHaveLength(DAYS);
  const ends: Record<string, number> = {};
  for (const day of days)
    for (const [status, count] of Object.entries(day.deployments)) ends[status] = (ends[status] ?? 0) + count;
  // It is no proof where nothing happens.
  for (const status of ["succeeded", "rolled_back", "cancelled"]) expect(ends[status]).toBeGreaterThan(1000);
  expect(Object.keys(ends).sort()).toEqual(["cancelled", "failed", "rolled_back", "succeeded"]);
});

/** Every so manieth seed, on a thread of its own. */
function played(index: number): Promise<Omit<Day, "diary">[]> {
  return new Promise((resolve, reject) => {
    const seeds = Array.from({ length: DAYS }, (_, at) => at + 1).filter((seed) => seed % WORKERS === index);
    const worker = new Worker(join(import.meta.dirname, "../sim/days-worker.ts"), { workerData: { seeds } });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

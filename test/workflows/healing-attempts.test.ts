// Two attempts of one healing run: the first is slow, its answer was lost, and the workflow asks again. Real engine and store.
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
const NAME = { app: "shop", environment: "prod" };

beforeEach(async () => {
  stage = await openStage();
  const { id } = await stage.submit("v1");
  await stage.ended(id);
  await stage.free();
  stage.world.hosts.get("host-2")!.dead = true;
});
afterEach(() => stage.close());

async function begun() {
  const runId = "heal_slow";
  const startedAt = new Date(stage.clock.now()).toISOString();
  const run = { id: runId, ...NAME, trigger: "schedule" as const, startedAt, endedAt: startedAt };
  await stage.store.healingRuns.put({ ...run, actions: [], summary: "", execution: runId, underWay: true });
  const broken = [{ replica: "host-2", dead: true, detail: "the process ended with exit code 1" }];
  return () => stage.conduct({ verb: "mend", runId, ...NAME, trigger: "schedule", startedAt, broken });
}

/** The verb's first call waits for what `letGo` ends; `reached` when it is there. */
function slow(verb: "inspect" | "repair") {
  const [reached, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { driver } = stage.deps;
  const play = driver[verb] as (...of: unknown[]) => Promise<unknown>;
  let calls = 0;
  const slower = async (...of: unknown[]) => {
    calls += 1;
    if (calls === 1) {
      reached.resolve();
      await letGo.promise;
    }
    return play(...of);
  };
  Object.assign(driver, { [verb]: slower });
  return { reached: reached.promise, letGo: letGo.resolve };
}

const repairs = () => stage.world.calls.filter(({ verb }) => verb === "repair").length;

test("a later attempt waits for an earlier one that is at work, and goes on from what it has recorded", async () => {
  const mend = await begun();
  const first = slow("repair");
  const earlier = mend();
  await first.reached;
  const { healingRuns } = stage.store;
  const { get } = healingRuns;
  let looks = 0;
  healingRuns.get = (id) => {
    looks += 1;
    return get(id);
  };
  const later = mend();
  await expect.poll(() => looks).toBeGreaterThan(2);
  expect((await stage.target()).lock?.owner).toBe("heal_slow");
  first.letGo();
  expect(await Promise.all([earlier, later])).toEqual([{ next: "done" }, { next: "done" }]);
  expect([repairs(), (await stage.target()).lock]).toEqual([1, null]);
  expect(await healingRuns.get("heal_slow")).toMatchObject({ summary: "1 of 1 repaired." });
});

test("an attempt that was slower than a repair may be has lost the lock, and touches nothing any more", async () => {
  const mend = await begun();
  const first = slow("inspect");
  const earlier = mend();
  await first.reached;
  expect(await mend()).toEqual({ next: "done" });
  expect(repairs()).toBe(1);
  stage.world.hosts.get("host-2")!.dead = true;
  first.letGo();
  await expect(earlier).rejects.toThrow(/^This attempt of heal_slow has taken too long/);
  expect([repairs(), (await stage.target()).lock]).toEqual([1, null]);
});

test("an attempt that fails lets go, so that the next one need not wait for it", async () => {
  const mend = await begun();
  const error = Object.assign(new Error("no answer came"), { name: "TimeoutError" });
  stage.world.faults.push({ verb: "repair", times: 1, error });
  await expect(mend()).rejects.toThrow(/no answer came/);
  expect((await stage.target()).lock).toBe(null);
  expect(await mend()).toEqual({ next: "done" });
});

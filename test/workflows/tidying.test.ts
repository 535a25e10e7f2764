// What a deployment leaves behind because the platform did not answer at its end, or because whoever tidied died, is taken away
// by scheduled passes; and once a day everything is looked through.
import { afterEach, beforeEach, expect, test } from "vitest";
import { fakeDriver } from "#targets/fake/driver.ts";
import { type FakeWorld, fakeWorld } from "#targets/fake/world.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
let left: string[];
let tidies: number;
let retires: number;
let fails: boolean;
let world: FakeWorld;

beforeEach(async () => {
  [left, tidies, retires, fails] = [[], 0, 0, false];
  world = fakeWorld(4);
  const driver = fakeDriver(world);
  stage = await openStage({
    driver: {
      ...driver,
      tidy: async () => {
        tidies += 1;
        if (fails) throw new Error("the platform is busy");
        left = [];
      },
      retire: async (target) => {
        retires += 1;
        if (fails) throw new Error("the platform is busy");
        left = [];
        await driver.retire(target);
      },
    },
  });
});
afterEach(() => stage.close());

async function released(version: string): Promise<string> {
  left.push(`the side before ${version}`);
  const { id } = await stage.submit(version);
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded" });
  await stage.free();
  return id;
}
const minutes = (count: number) => stage.clock.sleep(count * 60_000);
const runs = async () => (await stage.store.healingRuns.list()).items;

test("where an end could not tidy, a scheduled pass does, after pauses that double, and says so once", async () => {
  fails = true;
  const id = await released("v1");
  expect([left.length, (await stage.target()).untidy]).toMatchObject([1, { by: id, tries: 1 }]);
  await stage.sweep();
  expect(tidies).toBe(1);
  await minutes(1);
  await stage.sweep();
  expect([tidies, (await stage.target()).untidy?.tries]).toEqual([2, 2]);
  expect((await runs())[0]).toMatchObject({
    actions: [{ result: "failed", action: "could not be taken away: Error: the platform is busy" }],
  });
  fails = false;
  await minutes(1);
  await stage.sweep();
  expect(tidies).toBe(2);
  await minutes(1);
  await stage.sweep();
  const { untidy, lock, tidiedAt } = await stage.target();
  expect([left, untidy, lock]).toEqual([[], undefined, null]);
  expect(tidiedAt).toBeDefined();
  expect((await runs())[0]).toMatchObject({
    actions: [{ finding: `something that ${id} has left behind`, result: "closed" }],
  });
  const recorded = (await runs()).length;
  await stage.sweep();
  expect([tidies, (await runs()).length]).toEqual([3, recorded]);
});

test("once a day it is looked through, without a word; never while a copy is broken or a deployment is under way", async () => {
  await released("v1");
  expect(tidies).toBe(1);
  left = ["a builder that lost its execution"];
  await stage.sweep();
  expect(tidies).toBe(1);
  const yesterday = new Date(stage.clock.now() - 86_400_000).toISOString();
  await stage.store.targets.change(await stage.target(), (target) => ({ ...target, tidiedAt: yesterday }));
  const { inspect } = stage.deps.driver;
  stage.deps.driver.inspect = async (context) => {
    const fleet = await inspect(context);
    return {
      ...fleet,
      replicas: fleet.replicas.map((one, i) => (i === 0 ? { ...one, health: "starting" } : one)),
    };
  };
  await stage.sweep();
  expect(tidies).toBe(1);
  stage.deps.driver.inspect = inspect;
  await stage.sweep();
  expect([tidies, left, await runs()]).toEqual([2, [], []]);
  await stage.sweep();
  expect(tidies).toBe(2);
});

test("a pass that dies while it tidies leaves its lock to a later one, and what it has not done", async () => {
  await released("v1");
  await stage.store.targets.change(await stage.target(), (target) => ({
    ...target,
    lock: { owner: "heal_dead", since: new Date(stage.clock.now() - 11 * 60_000).toISOString() },
    untidy: { since: "2026-01-05T12:00:00.000Z", by: "heal_dead", tries: 0, triedAt: null },
  }));
  await stage.sweep();
  await stage.sweep();
  const { lock, untidy } = await stage.target();
  expect([tidies, lock, untidy]).toEqual([2, null, undefined]);
});

test("a pass whose lock was given back before it tidied takes nothing away", async () => {
  const id = await released("v1");
  await stage.store.targets.change(await stage.target(), (target) => ({
    ...target,
    untidy: { since: "2026-01-05T12:00:00.000Z", by: id, tries: 0, triedAt: null },
  }));
  const { targets } = stage.store;
  const { acquire } = targets;
  targets.acquire = async (request) => {
    const outcome = await acquire(request);
    await targets.release(request, request.owner);
    return outcome;
  };
  await stage.sweep();
  expect(tidies).toBe(1);
  expect((await runs())[0]).toMatchObject({
    actions: [{ result: "failed", action: expect.stringContaining("it may touch nothing any more") }],
  });
  targets.acquire = acquire;
  await minutes(1);
  await stage.sweep();
  expect([tidies, (await stage.target()).untidy]).toEqual([2, undefined]);
});

test("a first deployment that could not be removed again is removed by a scheduled pass, and then the target is degraded no more", async () => {
  fails = true;
  world.behaviours.v1 = "unhealthy";
  left.push("a listener of v1");
  const { id } = await stage.submit("v1");
  expect((await stage.ended(id)).status).toMatch(/^(rolled_back|failed)$/);
  await stage.free();
  const tried = retires;
  expect(await stage.target()).toMatchObject({ release: null, untidy: { by: id, tries: 1 } });
  await minutes(1);
  await stage.sweep();
  expect([retires, (await stage.target()).untidy?.tries]).toEqual([tried + 1, 2]);
  fails = false;
  await minutes(1);
  await stage.sweep();
  expect(retires).toBe(tried + 1);
  await minutes(1);
  await stage.sweep();
  const { untidy, degraded, lock, replicas } = await stage.target();
  expect([left, untidy, degraded, lock]).toEqual([[], undefined, null, null]);
  expect(replicas.filter(({ version }) => version !== null)).toEqual([]);
  expect((await runs())[0]).toMatchObject({
    actions: [{ finding: `something that ${id} has left behind`, result: "closed" }],
  });
  const recorded = (await runs()).length;
  await stage.sweep();
  expect([retires, (await runs()).length]).toEqual([tried + 2, recorded]);
});

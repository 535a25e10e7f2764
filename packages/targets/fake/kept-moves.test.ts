import { expect, test } from "vitest";
import type { Step } from "#core/domain/step.ts";
import { aTarget } from "#test/contract/a-target.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { keptDriver } from "./kept-driver.ts";
import { type KeptWorld, keptWorld } from "./kept-world.ts";

const SPEC = aSpec({ kind: "vm", rollout: aRollout({ maxSurge: 2, maxUnavailable: 0 }) });

function worldOf(copies: Record<string, string>): KeptWorld {
  const world = keptWorld({ desired: Object.keys(copies).length });
  for (const [id, version] of Object.entries(copies))
    world.copies.set(id, { version, looks: 1, dead: false });
  return world;
}

function step(part: Partial<Step>): Step {
  const base = {
    type: "batch",
    action: "replace",
    label: "Batch",
    replicas: ["new-1"],
    version: "v2",
    count: 1,
  };
  return {
    ...base,
    leaving: ["a"],
    leavingFirst: 0,
    index: 0,
    status: "running",
    startedAt: null,
    endedAt: null,
    ...part,
  } as Step;
}

/** Asks until it is done, or so often that it never is. */
async function played(world: KeptWorld, one: Step) {
  const driver = keptDriver(world);
  const { target } = aTarget(SPEC, fakeClock());
  let progress = await driver.apply(target, one, null);
  for (let look = 0; look < 10 && progress.phase === "running"; look++)
    progress = await driver.check(target, one, progress.state);
  return progress;
}

test("where another copy has died since the plan, one more is started before a healthy one leaves", async () => {
  const world = worldOf({ a: "v1", b: "v1", c: "v1" });
  world.copies.get("c")!.dead = true;
  expect(await played(world, step({}))).toMatchObject({ phase: "done", replicas: ["copy-1", "copy-2"] });
  expect([...world.copies.keys()]).toEqual(["b", "c", "copy-1", "copy-2"]);
  expect([world.fewestHealthy, world.desired]).toEqual([3, 3]);
});

test("who was broken when it was planned and is well by now stays until somebody has taken its place", async () => {
  const world = worldOf({ a: "v2", b: "v2" });
  const shrinks = step({ leaving: ["a", "b"], leavingFirst: 2, desired: 1 });
  expect(await played(world, shrinks)).toMatchObject({ phase: "done", replicas: ["copy-1"] });
  expect([...world.copies.keys()]).toEqual(["copy-1"]);
  expect(world.fewestHealthy).toBeGreaterThan(0);
});

test("never more than the surge: without room a step waits", async () => {
  const world = worldOf({ a: "v1", b: "v1", c: "v1", d: "v2", e: "v2" });
  world.desired = 3;
  world.behaviours.v2 = "unhealthy";
  const progress = await played(world, step({ count: 3 }));
  expect(progress).toMatchObject({ phase: "running", replicas: ["pending-1"] });
  expect([...world.copies.keys()]).toEqual(["a", "b", "c", "d", "e"]);
});

test("a healthy copy is taken away only where the others suffice, and the last one with all of the target", async () => {
  const world = worldOf({ a: "v1", b: "v1", c: "v1" });
  world.copies.get("c")!.dead = true;
  const takes: Partial<Step> = { action: "remove", version: null, replicas: ["a", "b"] };
  expect(await played(world, step({ ...takes, desired: 1 }))).toMatchObject({ phase: "running" });
  expect([...world.copies.keys()]).toEqual(["b", "c"]);
  expect(await played(world, step({ ...takes, desired: 0 }))).toMatchObject({ phase: "done" });
});

test("a step that takes copies away and is asked twice leaves the count that it had", async () => {
  const world = worldOf({ a: "v1", b: "v1", c: "v1" });
  world.weights = new Map([["v1", 100]]);
  world.desired = 2;
  const takes: Partial<Step> = { action: "remove", version: null, replicas: ["a"] };
  for (let run = 0; run < 2; run++) expect(await played(world, step(takes))).toMatchObject({ phase: "done" });
  expect([[...world.copies.keys()], world.desired]).toEqual([["b", "c"], 2]);
});

test("a side without traffic goes at once, and leaves the other one's count", async () => {
  const world = worldOf({ a: "v1", b: "v1", c: "v2", d: "v2" });
  world.weights = new Map([["v1", 100]]);
  world.copies.get("a")!.dead = true;
  const takes: Partial<Step> = { action: "remove", version: null, replicas: ["c", "d"] };
  expect(await played(world, step(takes))).toMatchObject({ phase: "done" });
  expect(world.desired).toBe(2);
});

test("the count is that of the side with the traffic: the other one's counts when all of it is shifted there", async () => {
  const world = worldOf({ a: "v1", b: "v1", c: "v1" });
  const side: Partial<Step> = { leaving: [], replicas: ["1", "2", "3", "4", "5"] };
  await played(world, step({ ...side, action: "startBeside", count: 5 }));
  expect([world.copies.size, world.desired]).toEqual([8, 3]);
  await played(world, step({ type: "shift", weightPercent: 50 }));
  expect(world.desired).toBe(3);
  await played(world, step({ type: "shift", weightPercent: 100 }));
  expect(world.desired).toBe(5);
});

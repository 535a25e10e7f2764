// Big steps, played in shards, and long rollouts, carried on before the history limit.
import { afterEach, expect, test } from "vitest";
import { MAX_ROUNDS } from "#core/rollout/limits.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
afterEach(() => stage.close());

function running(version: string): number {
  return [...stage.world.hosts.values()].filter((host) => host.version === version).length;
}

const ALL_AT_ONCE = { batch: "100%" as const };

test("a step of 120 replicas is played in three shards, for 3 transitions more a shard at most", async () => {
  stage = await openStage({ hosts: 120 });
  const { id } = await stage.submit("v1", { spec: aSpec({ replicas: 120 }), rollout: ALL_AT_ONCE });
  const deployment = await stage.ended(id);
  await stage.free();
  expect(deployment).toMatchObject({ status: "succeeded", health: { healthy: 120 } });
  expect(running("v1")).toBe(120);
  expect(stage.invocations.filter((verb) => verb === "play")).toHaveLength(3);
  expect(stage.transitions(`${id}-1`)).toBeLessThanOrEqual(8 + 3 + 2 * 3);
});

test("a shard whose answer is lost is played again, and one that takes longer than a watch is asked again", async () => {
  stage = await openStage({ hosts: 120 });
  stage.world.looksToHealthy = 200;
  stage.mishaps.push({ verb: "play", times: 2, how: "losesAnswer" });
  const { id } = await stage.submit("v1", {
    spec: aSpec({ replicas: 120 }),
    rollout: ALL_AT_ONCE,
    health: { graceSeconds: 100_000 },
  });
  expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
});

test("failures of all shards are counted together: within the budget it goes on, over it it goes back", async () => {
  stage = await openStage({ hosts: 120 });
  const spec = aSpec({ replicas: 120 });
  const first = await stage.submit("v1", { spec, rollout: ALL_AT_ONCE });
  await stage.ended(first.id);
  await stage.free();
  for (const n of [3, 60, 110]) stage.world.hosts.get(`host-${n}`)!.cannotRun = ["v2", "v3"];
  const within = await stage.submit("v2", { spec, rollout: { ...ALL_AT_ONCE, maxFailures: 3 } });
  expect(await stage.ended(within.id)).toMatchObject({ status: "succeeded" });
  await stage.free();
  expect([running("v2"), running("v1")]).toEqual([117, 3]);
  for (const n of [3, 60, 110]) stage.world.hosts.get(`host-${n}`)!.cannotRun = ["v3"];
  const over = await stage.submit("v3", { spec, rollout: { ...ALL_AT_ONCE, maxFailures: 2 } });
  const deployment = await stage.ended(over.id);
  expect(deployment.status).toBe("rolled_back");
  expect(deployment.reason).toMatch(/3 failures, 2 allowed/);
  await stage.free();
  expect(running("v3")).toBe(0);
});

test("a rollout near the history limit goes on in a fresh execution, without planning its steps anew", async () => {
  stage = await openStage({ hosts: 6 });
  // One round is left, and the look that is about to end the first step takes it: however slow the machine is, the next execution begins
  // between two steps. One that is under way would be planned anew.
  const goOn = stage.hold("check");
  const { id } = await stage.submit("v1", { spec: aSpec({ replicas: 6 }), health: { graceSeconds: 10_000 } });
  await stage.until(id, (deployment) => deployment.steps[0]?.status === "running");
  await stage.store.deployments.change(id, (before) => ({
    deployment: { ...before, rounds: MAX_ROUNDS - 1 },
  }));
  goOn();
  const deployment = await stage.ended(id);
  expect(deployment).toMatchObject({ status: "succeeded", generation: 2 });
  expect(deployment.steps.map((step) => step.status)).toEqual(Array.from({ length: 6 }, () => "succeeded"));
  await stage.free();
  expect(await stage.execution(`${id}-2`)).not.toBe("missing");
});

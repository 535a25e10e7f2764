// The release protocol as it goes: real workflow, real engine, real store, hosts in memory.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Deployment } from "#core/domain/deployment.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

function versions(): (string | null)[] {
  return [...stage.world.hosts.values()].map((host) => host.version);
}

async function rolledOut(version: string): Promise<Deployment> {
  const { id } = await stage.submit(version);
  const deployment = await stage.ended(id);
  await stage.free();
  return deployment;
}

async function messages(id: string): Promise<string[]> {
  return (await stage.store.events.list(id)).map((event) => event.message);
}

test("a first release reaches every replica, batch by batch, and the target is free again", async () => {
  const { id } = await stage.submit("v1");
  const deployment = await stage.ended(id);
  expect(deployment).toMatchObject({ status: "succeeded", reason: "v1 is live.", previousVersion: null });
  expect(deployment.steps.map((step) => [step.replicas, step.status])).toEqual([
    [["host-1"], "succeeded"],
    [["host-2"], "succeeded"],
    [["host-3"], "succeeded"],
  ]);
  expect(deployment.health).toEqual({ healthy: 3, unhealthy: 0, desired: 3 });
  await stage.free();
  expect(versions()).toEqual(["v1", "v1", "v1"]);
  expect(await stage.target()).toMatchObject({ release: "v1", history: ["v1"], desired: 3, queue: [] });
});

test("a deployment costs 4 transitions and 3 for each step, and 2 writes for each step of a driver without memory", async () => {
  const { id } = await stage.submit("v1");
  const { cost } = await stage.ended(id);
  await stage.free();
  await expect.poll(() => stage.transitions(`${id}-1`)).toBe(4 + 3 * 3);
  expect(cost).toMatchObject({ stateTransitions: 13, sdkCalls: 0, writes: 2 + 2 * 3 });
});

test("an upgrade remembers what ran before", async () => {
  await rolledOut("v1");
  const second = await rolledOut("v2");
  expect(second).toMatchObject({ status: "succeeded", previousVersion: "v1", reason: "v2 is live." });
  expect(await stage.target()).toMatchObject({ release: "v2", history: ["v2", "v1"] });
});

test("deploying what already runs changes nothing and succeeds", async () => {
  await rolledOut("v1");
  const again = await rolledOut("v1");
  expect(again).toMatchObject({
    status: "succeeded",
    steps: [],
    reason: "v1 was running already; nothing had to be changed.",
  });
  // The deployment has its end a moment before its execution.
  await expect.poll(() => stage.transitions(`${again.id}-1`)).toBe(4);
});

test("a release that is unhealthy goes back by itself, and says which replica and what its check said", async () => {
  await rolledOut("v1");
  stage.world.behaviours.v2 = "unhealthy";
  const deployment = await rolledOut("v2");
  expect(deployment).toMatchObject({
    status: "rolled_back",
    reason: "Went back to v1: host-1 is unhealthy on v2: GET /healthz answered 500; 1 failure, 0 allowed.",
  });
  expect(deployment.steps.map((step) => [step.label, step.status])).toEqual([
    ["Batch 1 of 3: host-1", "failed"],
    ["Batch 2 of 3: host-2", "skipped"],
    ["Batch 3 of 3: host-3", "skipped"],
    ["Back to v1, batch 1 of 1: host-1", "succeeded"],
  ]);
  expect(versions()).toEqual(["v1", "v1", "v1"]);
  expect(await stage.target()).toMatchObject({ release: "v1", history: ["v1"], degraded: null });
});

test("a release that cannot be installed goes back with a reason of its own", async () => {
  await rolledOut("v1");
  stage.world.behaviours.v2 = "badArtifact";
  const deployment = await rolledOut("v2");
  expect(deployment.status).toBe("rolled_back");
  expect(deployment.reason).toContain("the artifact has another SHA-256 than its release");
});

test("a first release that fails is removed again", async () => {
  stage.world.behaviours.v1 = "crashes";
  const deployment = await rolledOut("v1");
  expect(deployment.status).toBe("rolled_back");
  expect(deployment.reason).toMatch(
    /^Removed again: host-1 failed on v1: the process ended with exit code 1/,
  );
  expect(versions()).toEqual([null, null, null]);
  expect(await stage.target()).toMatchObject({ release: null, lock: null });
});

test("a release that asks for more hosts than there are changes nothing", async () => {
  const { id } = await stage.submit("v1", {
    spec: { ...(await import("#test/support/a-deployment.ts")).aSpec(), replicas: 9 },
  });
  const deployment = await stage.ended(id);
  expect(deployment).toMatchObject({ status: "rolled_back", changed: false });
  expect(deployment.reason).toContain("pool web has 3 hosts: 6 missing");
  await stage.free();
});

test("a bake is waited out in slices and looked at after each", async () => {
  const { id } = await stage.submit("v1", { rollout: { batch: "100%", bakeSeconds: 40 } });
  const deployment = await stage.ended(id);
  await stage.free();
  expect(deployment.status).toBe("succeeded");
  expect(deployment.steps.map((step) => [step.type, step.status])).toEqual([
    ["batch", "succeeded"],
    ["bake", "succeeded"],
  ]);
  await expect.poll(() => stage.transitions(`${id}-1`)).toBe(4 + 3 + 2 * 3);
  expect(deployment.cost.stateTransitions).toBe(13);
});

test("a replica that fails during the bake is a failure", async () => {
  await rolledOut("v1");
  const { id } = await stage.submit("v2", { rollout: { batch: "100%", bakeSeconds: 60 } });
  await stage.until(id, (deployment) =>
    deployment.steps.some((step) => step.type === "bake" && step.status === "running"),
  );
  stage.world.hosts.get("host-2")!.dead = true;
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("rolled_back");
  expect(deployment.reason).toContain("host-2 is unhealthy on v2");
  await stage.free();
});

test("no progress for the deadline goes back", async () => {
  await rolledOut("v1");
  stage.world.looksToHealthy = 100_000;
  const { id } = await stage.submit("v2", {
    rollout: { deadlineSeconds: 40 },
    health: { graceSeconds: 100_000 },
  });
  await stage.until(id, (deployment) => deployment.status === "rolling_back");
  stage.world.looksToHealthy = 1;
  const deployment = await stage.ended(id);
  expect(deployment.reason).toMatch(/host-1 made no progress for 40 s/);
  await stage.free();
});

test("events tell the story in order", async () => {
  const { id } = await rolledOut("v1");
  expect(await messages(id)).toEqual([
    "ann deploys v1 to shop/prod.",
    "Planned: 3 steps to v1.",
    "Batch 1 of 3: host-1 begins.",
    expect.stringMatching(/^Batch 1 of 3: host-1: done after \d+\.\d s\.$/),
    "Batch 2 of 3: host-2 begins.",
    expect.stringMatching(/^Batch 2 of 3: host-2: done/),
    "Batch 3 of 3: host-3 begins.",
    expect.stringMatching(/^Batch 3 of 3: host-3: done/),
    "Succeeded: v1 is live.",
  ]);
});

test("a place that somebody else has taken since the plan was made is looked for again, and the deployment goes on", async () => {
  await stage.close();
  stage = await openStage({ hosts: 4 });
  const { inspect } = stage.deps.driver;
  stage.deps.driver.inspect = async (context) => {
    const fleet = await inspect(context);
    stage.world.hosts.get("host-2")!.taken = true;
    return fleet;
  };
  const { id } = await stage.submit("v1");
  const deployment = await stage.ended(id);
  expect(deployment).toMatchObject({ status: "succeeded", generation: 2, failures: [] });
  expect([...stage.world.hosts.values()].map((host) => host.version)).toEqual(["v1", null, "v1", "v1"]);
  const told = (await stage.store.events.list(id)).map((one) => one.message);
  expect(told).toContainEqual(expect.stringContaining("Planned again from what is live."));
  await stage.free();
});

test("where no place is left it goes back and says what is missing", async () => {
  const { inspect } = stage.deps.driver;
  stage.deps.driver.inspect = async (context) => {
    const fleet = await inspect(context);
    stage.world.hosts.get("host-2")!.taken = true;
    return fleet;
  };
  const { id } = await stage.submit("v1");
  expect(await stage.ended(id)).toMatchObject({ status: "rolled_back" });
  await stage.free();
});

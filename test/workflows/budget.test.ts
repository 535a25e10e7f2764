// The failure budget over the whole deployment, as the contract counts it.
import { afterEach, expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
afterEach(() => stage.close());

const TEN = { spec: aSpec({ replicas: 10 }), rollout: { batch: 2, maxFailures: "30%" as const } };

async function tenOn(version: string): Promise<void> {
  stage = await openStage({ hosts: 10 });
  const { id } = await stage.submit(version, { spec: aSpec({ replicas: 10 }), rollout: { batch: "100%" } });
  expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
}

function breakHosts(...numbers: number[]): void {
  for (const n of numbers) stage.world.hosts.get(`host-${n}`)!.cannotRun = ["v2"];
}

function running(version: string): number {
  return [...stage.world.hosts.values()].filter((host) => host.version === version).length;
}

test("3 of 10 broken hosts pass a budget of 30 %, and are put back on what they ran", async () => {
  await tenOn("v1");
  breakHosts(2, 5, 9);
  const { id } = await stage.submit("v2", TEN);
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("succeeded");
  expect(deployment.failures.map((one) => [one.replica, one.drained])).toEqual([
    ["host-2", false],
    ["host-5", false],
    ["host-9", false],
  ]);
  expect(deployment.reason).toMatch(/^v2 runs on 7 of 10; host-2, host-5, host-9 failed within the budget/);
  expect([running("v2"), running("v1")]).toEqual([7, 3]);
  expect(deployment.steps.filter((step) => step.bestEffort).map((step) => step.label)).toEqual([
    "Put host-2 back on v1",
    "Put host-5 back on v1",
    "Put host-9 back on v1",
  ]);
  await stage.free();
});

test("the fourth one rolls back", async () => {
  await tenOn("v1");
  breakHosts(2, 5, 7, 9);
  const { id } = await stage.submit("v2", TEN);
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("rolled_back");
  expect(deployment.reason).toMatch(/4 failures, 3 allowed\.$/);
  await stage.free();
  expect(running("v1")).toBe(10);
});

test("a host that does not answer counts as failed, and is no part of the way back", async () => {
  await tenOn("v1");
  for (const n of [1, 4, 6, 8]) stage.world.hosts.get(`host-${n}`)!.reachable = false;
  const { id } = await stage.submit("v2", TEN);
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("rolled_back");
  expect(deployment.reason).toMatch(/does not answer.*4 failures, 3 allowed/);
  await stage.free();
});

test("3 hosts that do not answer are set aside, and the rest goes on", async () => {
  await tenOn("v1");
  for (const n of [1, 4, 6]) stage.world.hosts.get(`host-${n}`)!.reachable = false;
  const { id } = await stage.submit("v2", TEN);
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("succeeded");
  expect(deployment.failures.map((one) => [one.replica, one.drained]).sort()).toEqual([
    ["host-1", true],
    ["host-4", true],
    ["host-6", true],
  ]);
  await stage.free();
  expect(running("v2")).toBe(7);
});

test("one that cannot be put back either stays drained, and the deployment goes on", async () => {
  await tenOn("v1");
  stage.world.hosts.get("host-3")!.cannotRun = ["v1", "v2"];
  const { id } = await stage.submit("v2", TEN);
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("succeeded");
  expect(deployment.failures).toMatchObject([{ replica: "host-3", drained: true }]);
  await stage.free();
});

test("with onFailure pause it waits for a person; resuming forgives and plans again from what is live", async () => {
  await tenOn("v1");
  breakHosts(2);
  const { id } = await stage.submit("v2", { ...TEN, rollout: { batch: 2, onFailure: "pause" } });
  const paused = await stage.until(
    id,
    (deployment) => deployment.status === "paused" && deployment.taskToken !== null,
  );
  expect(paused.reason).toMatch(/^host-2 is unhealthy on v2/);
  delete stage.world.hosts.get("host-2")!.cannotRun;
  await stage.act(id, "resume");
  const deployment = await stage.ended(id);
  expect(deployment).toMatchObject({ status: "succeeded", generation: 2, failures: [] });
  await stage.free();
  expect(running("v2")).toBe(10);
});

test("the way back has the same budget, counted anew, and names whom it left behind", async () => {
  await tenOn("v1");
  breakHosts(1, 2, 3, 4);
  stage.world.hosts.get("host-1")!.cannotRun = ["v1", "v2"];
  const { id } = await stage.submit("v2", TEN);
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("rolled_back");
  expect(deployment.reason).toMatch(/4 failures, 3 allowed\./);
  await stage.free();
  expect(running("v2")).toBe(0);
});

test("a way back that cannot be completed ends failed after two attempts, and the target is degraded", async () => {
  await tenOn("v1");
  for (const n of [2, 3]) stage.world.hosts.get(`host-${n}`)!.cannotRun = ["v1", "v2"];
  const { id } = await stage.submit("v2", { spec: aSpec({ replicas: 10 }), rollout: { batch: 2 } });
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("failed");
  expect(deployment.reason).toMatch(
    /^The way back to v1 could not be completed: host-[23] is unhealthy on v1/,
  );
  await stage.free();
  expect((await stage.target()).degraded).toBe(deployment.reason);
});

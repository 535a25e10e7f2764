import { afterEach, beforeEach, expect, test } from "vitest";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

function versions(): (string | null)[] {
  return [...stage.world.hosts.values()].map((host) => host.version);
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

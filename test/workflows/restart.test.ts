// A restart as it goes: a deployment of the release that runs, which replaces every copy.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Deployment } from "#core/domain/deployment.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  await rolled("v1");
});
afterEach(() => stage.close());

async function rolled(version: string, more = {}): Promise<Deployment> {
  const { id } = await stage.submit(version, more);
  const deployment = await stage.ended(id);
  await stage.free();
  return deployment;
}

const restart = { trigger: "restart", purpose: "restart" } as const;

test("every copy is replaced by a fresh one, batch by batch, and the release stays", async () => {
  const deployment = await rolled("v1", restart);
  expect(deployment).toMatchObject({
    status: "succeeded",
    reason: "v1 runs in fresh copies.",
    trigger: "restart",
  });
  expect(deployment.steps.map((step) => [step.replicas, step.status])).toEqual([
    [["host-1"], "succeeded"],
    [["host-2"], "succeeded"],
    [["host-3"], "succeeded"],
  ]);
  const started = [...stage.world.hosts.values()].map((host) => host.startedAt);
  expect(started).toEqual([deployment.createdAt, deployment.createdAt, deployment.createdAt]);
  expect(await stage.target()).toMatchObject({ release: "v1", history: ["v1"], desired: 3 });
  const messages = (await stage.store.events.list(deployment.id)).map((event) => event.message);
  expect(messages[0]).toBe("ann restarts v1 in shop/prod.");
});

test("deployed again without that wish, nothing is done to what runs", async () => {
  const again = await rolled("v1");
  expect(again.reason).toBe("v1 was running already; nothing had to be changed.");
});

test("carried on after a death it restarts what is left", async () => {
  const release = stage.hold("check");
  stage.invocations.length = 0;
  stage.world.calls.length = 0;
  const { id } = await stage.submit("v1", restart);
  await stage.until(id, () => stage.invocations.includes("check"));
  await stage.stop(`${id}-1`);
  await stage.sweep();
  release();
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("succeeded");
  const applied = stage.world.calls.filter((one) => one.verb === "apply").flatMap((one) => one.replicas);
  // The first had not been seen healthy yet.
  expect(applied).toEqual(["host-1", "host-1", "host-2", "host-3"]);
});

test("a copy that does not come up again acts as a failure of a rollout does, and the others are left as they are", async () => {
  stage.world.hosts.get("host-2")!.cannotRun = ["v1"];
  const { id } = await stage.submit("v1", { ...restart, health: { unhealthyThreshold: 1 } });
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("failed");
  expect(deployment.reason).toMatch(
    /^The way back to v1 could not be completed: host-2 is unhealthy on v1: GET \/healthz answered 500\./,
  );
  const started = [...stage.world.hosts.values()].map((host) => host.startedAt);
  // What is broken comes first, so that nobody else was touched.
  expect(started).toEqual([undefined, deployment.createdAt, undefined]);
});

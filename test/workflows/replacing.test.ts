// The release protocol where a platform keeps the copies (virtual machines, containers): surge, two sides, names that come
// late, an image made first, and a count that others change. Real workflow, engine and store; copies in memory.
import { afterEach, expect, test } from "vitest";
import type { Deployment } from "#core/domain/deployment.ts";
import { keptDriver } from "#targets/fake/kept-driver.ts";
import { keptWorld } from "#targets/fake/kept-world.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { openStage, type Stage, type SubmitOptions } from "#test/support/stage.ts";

let stage: Stage;
const world = keptWorld();
afterEach(() => stage.close());

async function open() {
  Object.assign(world, keptWorld());
  stage = await openStage({ driver: keptDriver(world) });
}

const rolling: SubmitOptions = { rollout: { maxSurge: 1, maxUnavailable: 0 } };

async function rolledOut(version: string, options: SubmitOptions = rolling): Promise<Deployment> {
  const { id } = await stage.submit(version, options);
  const deployment = await stage.ended(id);
  await stage.free();
  return deployment;
}

function versions(): string[] {
  return [...world.copies.values()].map((copy) => copy.version);
}

/** From here on, the most copies and the fewest healthy ones are counted anew. */
function countAnew(): void {
  Object.assign(world, { most: world.copies.size, fewestHealthy: Number.POSITIVE_INFINITY });
}

test("an image is made first, and the steps take over the names that the platform gave the copies", async () => {
  await open();
  const first = await rolledOut("v1");
  expect(first).toMatchObject({ status: "succeeded", health: { healthy: 3, unhealthy: 0, desired: 3 } });
  expect(first.steps.map((step) => [step.type, step.replicas])).toEqual([
    ["prepare", []],
    ["batch", ["copy-1", "copy-2", "copy-3"]],
  ]);
});

test("rolling stays between the desired count and one more, and every copy ends on the release", async () => {
  await open();
  await rolledOut("v1");
  countAnew();
  const second = await rolledOut("v2");
  expect(second.status).toBe("succeeded");
  expect(versions()).toEqual(["v2", "v2", "v2"]);
  expect([world.most, world.fewestHealthy]).toEqual([4, 3]);
  expect(second.steps.map((step) => step.replicas)).toEqual([[], ["copy-4"], ["copy-5"], ["copy-6"]]);
});

test("a bake watches the copies under the names they turned out to have", async () => {
  await open();
  await rolledOut("v1");
  const baked = await rolledOut("v2", {
    rollout: { ...rolling.rollout, strategy: "allAtOnce", maxSurge: "100%", bakeSeconds: 1 },
  });
  expect(baked.status).toBe("succeeded");
  const bake = baked.steps.find((step) => step.type === "bake")!;
  expect(bake.replicas).toEqual(["copy-4", "copy-5", "copy-6"]);
});

test("a broken release goes back, says whose health check said what, and gives back what it borrowed", async () => {
  await open();
  await rolledOut("v1");
  world.behaviours.v2 = "unhealthy";
  const broken = await rolledOut("v2");
  expect(broken.status).toBe("rolled_back");
  expect(broken.reason).toMatch(/copy-4 is unhealthy on v2: GET \/healthz answered 500/);
  expect(versions()).toEqual(["v1", "v1", "v1"]);
  expect(world.borrowed).toBe(false);
});

test("a release that cannot be prepared changes no copy", async () => {
  await open();
  await rolledOut("v1");
  world.behaviours.v2 = "badArtifact";
  const broken = await rolledOut("v2");
  expect(broken).toMatchObject({ status: "rolled_back" });
  expect(broken.reason).toMatch(/SHA-256/);
  expect([...world.copies.keys()]).toEqual(["copy-1", "copy-2", "copy-3"]);
});

test("blue/green shifts by weights to a whole second side, and takes the first away at the end", async () => {
  await open();
  const rollout = { strategy: "blueGreen", weights: [10, 100], maxSurge: 1, maxUnavailable: 0 } as const;
  await rolledOut("v1", { rollout: { ...rollout, weights: [10, 100] } });
  const second = await rolledOut("v2", { rollout: { ...rollout, weights: [10, 100] } });
  expect(second.status).toBe("succeeded");
  expect(second.steps.map((step) => [step.type, step.weightPercent ?? step.action ?? null])).toEqual([
    ["prepare", null],
    ["batch", "startBeside"],
    ["shift", 10],
    ["shift", 100],
    ["batch", "remove"],
  ]);
  expect(versions()).toEqual(["v2", "v2", "v2"]);
  expect(world.weights).toEqual(new Map([["v2", 100]]));
});

test("a count that scaling chose is respected by a release, and by the way back", async () => {
  await open();
  await rolledOut("v1");
  const { id } = await stage.submit("v2", {
    rollout: { ...rolling.rollout, approval: "before" },
  });
  await stage.until(id, (deployment) => deployment.status === "awaiting_approval");
  await stage.act(id, "abort");
  await stage.ended(id);
  await stage.free();
  // Somebody scales to five: two more copies of the release that runs.
  for (const name of ["scaled-1", "scaled-2"])
    world.copies.set(name, { version: "v1", looks: 9, dead: false });
  world.desired = 5;
  const third = await rolledOut("v3");
  expect(third).toMatchObject({ status: "succeeded", health: { healthy: 5, desired: 5 } });
  expect(versions()).toEqual(["v3", "v3", "v3", "v3", "v3"]);
  expect((await stage.target()).desired).toBe(5);
  world.behaviours.v4 = "crashes";
  expect((await rolledOut("v4")).status).toBe("rolled_back");
  expect(versions()).toHaveLength(5);
});

test("a manifest that changes its count changes the platform's", async () => {
  await open();
  await rolledOut("v1");
  const more = await rolledOut("v2", { ...rolling, spec: aSpec({ replicas: 4 }) });
  expect(more).toMatchObject({ status: "succeeded", health: { healthy: 4, desired: 4 } });
  expect(versions()).toEqual(["v2", "v2", "v2", "v2"]);
});

test("a copy that the platform takes away in the middle is a failure with a reason", async () => {
  await open();
  await rolledOut("v1");
  world.looksToHealthy = 40;
  for (const copy of world.copies.values()) copy.looks = 40;
  const { id } = await stage.submit("v2", rolling);
  await stage.until(id, (deployment) => deployment.steps.some((step) => step.replicas[0] === "copy-4"));
  world.copies.delete("copy-4");
  world.looksToHealthy = 1;
  const ended = await stage.ended(id);
  expect(ended.status).toBe("rolled_back");
  expect(ended.reason).toMatch(/copy-4 .*the platform took it away/);
  expect(versions()).toEqual(["v1", "v1", "v1"]);
});

test("an execution that dies at the same place each time is not carried on for ever, though its plan moves each time", async () => {
  await open();
  const rollout = { strategy: "blueGreen", weights: [10, 100], maxSurge: 1, bakeSeconds: 60 } as const;
  await rolledOut("v1");
  const { id } = await stage.submit("v2", { rollout: { ...rollout, weights: [10, 100] } });
  const isBaking = ({ steps }: Deployment) =>
    steps.some(
      (step, at) => step.status === "running" && step.type === "bake" && steps[at - 1]!.type === "shift",
    );
  let deaths = 0;
  for (let deployment = await stage.store.deployments.need(id); deaths < 20; deaths++) {
    const { generation } = deployment;
    deployment = await stage.until(
      id,
      (one) => one.endedAt !== null || one.generation > generation || isBaking(one),
    );
    if (deployment.endedAt !== null) break;
    await stage.stop(`${id}-${deployment.generation}`);
    await stage.sweep();
    deployment = await stage.store.deployments.need(id);
  }
  expect(deaths).toBeLessThan(20);
  expect((await stage.ended(id)).status).not.toBe("succeeded");
  await stage.free();
});

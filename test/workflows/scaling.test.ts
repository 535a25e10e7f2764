// Scaling where Tutti itself chooses the count: the scheduled pass reads, core chooses, and a deployment like any other brings it about.
// Choosing alone is in packages/core/scale.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Inspection } from "#engine/inspect.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

const NAME = { app: "shop", environment: "prod" };
const SCALING = { min: 2, max: 6, metric: "requestsPerReplica", target: 50, warmupSeconds: 0 };

let stage: Stage;
beforeEach(async () => {
  stage = await openStage({ hosts: 4 });
});
afterEach(() => stage.close());

const SPEC = aSpec({ replicas: 2, scaling: { ...SCALING, metric: "requestsPerReplica", scaleIn: true } });
const options = (rollout: { approval?: "before" } = {}) => ({
  ...{ spec: SPEC, rollout },
  manifest: { replicas: 2, scaling: SCALING, rollout },
});

async function released(version: string) {
  const { id } = await stage.submit(version, options());
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded" });
  await stage.free();
}

const MINUTE_MS = 60_000;

/** So many minutes go by, each with that value; then a pass. Nobody waits for them: what was before is made so much older. */
async function pass(value: number, minutes: number) {
  const older = (at: string) => new Date(Date.parse(at) - minutes * MINUTE_MS).toISOString();
  await stage.store.targets.change(NAME, (target) => ({
    ...target,
    standings: target.standings!.map((one) => ({ ...one, at: older(one.at) })),
  }));
  const now = stage.clock.now();
  stage.metrics.points = [
    ...Array.from({ length: minutes }, (_, ago) => ({ at: now - (ago + 1) * MINUTE_MS, value })),
    ...stage.metrics.points.map((one) => ({ ...one, at: one.at - minutes * MINUTE_MS })),
  ];
  await stage.sweep();
  await stage.free();
}

const desired = async () => (await stage.target()).desired;
const newest = async () => (await stage.store.deployments.list({}, { limit: 1 })).items[0]!;

test("a load over the target adds copies by a deployment of what runs, and one that goes takes them away one by one", async () => {
  // What its manifest asks of people is not asked of scaling.
  const { id } = await stage.submit("v1", options({ approval: "before" }));
  await stage.until(id, ({ status }) => status === "awaiting_approval");
  await stage.act(id, "approve");
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded" });
  await stage.free();
  expect(await desired()).toBe(2);
  await pass(90, 3);
  const deployment = await newest();
  expect(deployment).toMatchObject({
    ...{ version: "v1", trigger: "scale", createdBy: "scaling", purpose: "scale", status: "succeeded" },
    health: { healthy: 4, desired: 4 },
  });
  expect(deployment.steps.every(({ type }) => type === "batch")).toBe(true);
  expect((await stage.target()).scalings).toMatchObject([
    {
      status: "Successful",
      description: `${deployment.id} scales from 2 to 4.`,
      cause: "requestsPerReplica was at 90 for 3 minutes, over 50.",
    },
  ]);
  await pass(10, 14);
  expect(await desired()).toBe(4);
  await pass(10, 1);
  expect(await desired()).toBe(3);
  await pass(10, 4);
  expect(await desired()).toBe(3);
  await pass(10, 1);
  expect(await desired()).toBe(2);
  await pass(10, 20);
  expect(await desired()).toBe(2);
});

test("more than the pool holds is never asked for: as many as there is room for, and once what is missing for the rest", async () => {
  await released("v1");
  const lacks = async () => (await stage.target()).scalings!.filter(({ status }) => status === "Failed");
  await pass(150, 3);
  expect(await desired()).toBe(4);
  expect(await lacks()).toMatchObject([
    { description: "6 replicas of shop are wanted and pool web has 4 hosts: 2 missing." },
  ]);
  const before = await newest();
  await pass(150, 3);
  await pass(150, 3);
  expect([await desired(), (await lacks()).length]).toEqual([4, 1]);
  expect((await newest()).id).toBe(before.id);
});

test("a deployment that waits is left alone, and keeps the count that scaling chose", async () => {
  await released("v1");
  await pass(90, 3);
  const { id } = await stage.submit("v2", options({ approval: "before" }));
  await stage.until(id, ({ status }) => status === "awaiting_approval");
  const at = stage.clock.now();
  stage.metrics.points.unshift(...[1, 2, 3].map(() => ({ at, value: 200 })));
  await stage.sweep();
  expect((await newest()).id).toBe(id);
  await stage.act(id, "approve");
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded", health: { healthy: 4, desired: 4 } });
});

test("a metric that cannot be read, or says nothing, changes nothing", async () => {
  await released("v1");
  const before = await newest();
  await pass(90, 2);
  stage.metrics.read = () => Promise.reject(new Error("away"));
  await pass(90, 3);
  stage.metrics.read = async (series) => series.map(() => []);
  await stage.sweep();
  expect((await newest()).id).toBe(before.id);
  expect((await stage.store.targets.need(NAME)).scalings).toBeUndefined();
});

test("what a deployment has left counts from its end on, before the target has changed hands", async () => {
  await released("v1");
  // An answer that was lost: the lock is kept for some seconds after the end (decision 0031).
  stage.mishaps.push({ verb: "check", times: 1, how: "losesAnswer" });
  const { id } = await stage.submit("v2", options());
  await stage.ended(id);
  const { target, live } = (await stage.conduct({ verb: "inspect", ...NAME })) as Inspection;
  expect(target).toMatchObject({ lock: { owner: id }, release: "v2", desired: 2 });
  expect(live.fleet).toMatchObject({ drift: [], scaling: { min: 2, max: 6, count: 2 } });
  await stage.free();
});

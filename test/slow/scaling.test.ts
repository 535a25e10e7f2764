// Load rises and falls, and the count of copies follows, before one's eyes: no request fails, and nothing goes to and fro. Sandbox
// time runs 20 times as fast, so a target of 1 request per second is reached by 20 of the clock's.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { loadAt } from "#test/support/load-at.ts";
import { buildImage, publishContainer } from "#test/support/release-container.ts";
import {
  deploy,
  ENVIRONMENT,
  functionManifest,
  machineManifest,
  publish,
  serverCode,
  serverManifest,
} from "#test/support/release-of.ts";

const SCALING = { min: 2, max: 8, metric: "requestsPerReplica", target: 1, warmupSeconds: 120 };

let house: TestHouse;
let counts: ReturnType<typeof watchCounts>;
beforeAll(async () => {
  house = await startHouse({ timeScale: 20 });
});
afterAll(async () => {
  await counts?.stop();
  await house?.clear();
});

const target = (app: string) => house.client.targets.get(app, ENVIRONMENT);

/** The counts that were wanted, one after the other, without repeats. */
function watchCounts(app: string) {
  const seen: number[] = [];
  let stopped = false;
  const looking = (async () => {
    while (!stopped) {
      const { desired } = await target(app);
      if (seen.at(-1) !== desired) seen.push(desired);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();
  return {
    seen,
    stop: async () => {
      stopped = true;
      await looking;
    },
  };
}

async function reaches(app: string, count: number, timeout: number): Promise<void> {
  const healthy = async () => (await target(app)).replicas.filter((one) => one.health === "healthy").length;
  await expect.poll(healthy, { timeout, interval: 1_000 }).toBe(count);
}

const KINDS = {
  vm: {
    scaledTo: (from: number, to: number) =>
      `triggered policy tutti-scaling changing the desired capacity from ${from} to ${to}.`,
    publish: async (app: string) => {
      const { replicas: _chosen, ...manifest } = machineManifest(app);
      await house.client.apps.put(app, { ...manifest, scaling: SCALING });
      for (const version of ["v1", "v2"]) await publish(house.client, app, version, serverCode("well"));
    },
  },
  container: {
    scaledTo: () => "triggered policy tutti-scaling",
    publish: async (app: string) => {
      const image = await buildImage(house.client, app);
      const more = { scaling: SCALING, replicas: 2 };
      for (const version of ["v1", "v2"])
        await publishContainer(house.client, app, version, image, "well", more);
    },
  },
};

let attempt = 1;
test.each(["vm", "container"] as const)(
  "%s: ten times the load and back: the count follows, a rollout respects it, no request fails, nothing flaps",
  async (kind) => {
    const { client } = house;
    // Tried again, it begins with an app of its own.
    const app = `waves-${kind}-${attempt++}`;
    const { scaledTo, publish: publishBoth } = KINDS[kind];
    await publishBoth(app);
    expect(await deploy(client, app, "v1")).toMatchObject({ status: "succeeded", health: { desired: 2 } });
    const { endpoint, scaling } = await target(app);
    expect(scaling).toEqual({
      ...{ min: 2, max: 8, metric: "requestsPerReplica", target: 1, count: 2 },
      ...{ value: null, lastActivity: null, activities: [] },
    });
    await expect(client.targets.scale(app, ENVIRONMENT, 9)).rejects.toMatchObject({
      ...{ status: 422, code: "outside_scaling_bounds" },
      errors: [{ path: "replicas", message: "must be from 2 to 8, the bounds of scaling, not 9" }],
    });

    counts = watchCounts(app);
    const load = loadAt(endpoint!, 9);
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    load.setRate(90);
    await reaches(app, 5, 60_000);
    const cause = async () => (await target(app)).scaling!.lastActivity!.cause;
    expect(await cause()).toMatch(/alarm TargetTracking-\S+-AlarmHigh-\S+ in state ALARM/);
    expect(await cause()).toContain(scaledTo(2, 5));
    expect((await target(app)).scaling!.value).toBeGreaterThan(0.5);
    expect(await deploy(client, app, "v2")).toMatchObject({ status: "succeeded", health: { desired: 5 } });
    load.setRate(9);
    await reaches(app, 2, 180_000);
    await expect.poll(() => counts.seen.at(-1)).toBe(2);
    await counts.stop();
    const { sent, failed } = await load.stop();
    expect(failed).toBe(0);
    // A count may pass between two looks; none comes back.
    const [before, most, ...downwards] = counts.seen;
    expect([before, most, downwards.at(-1)]).toEqual([2, 5, 2]);
    expect(downwards).toEqual([...new Set(downwards)].sort((a, b) => b - a));
    expect(sent).toBeGreaterThan(1_000);
    expect(await cause()).toMatch(/AlarmLow-\S+ in state ALARM/);
    expect(await cause()).toContain(scaledTo(3, 2));
    expect((await target(app)).scaling!.activities.length).toBeGreaterThanOrEqual(4);
  },
);

const SLOW_HANDLER = {
  "index.js": `exports.handler = async ({ rawPath }) => {
  if (rawPath !== "/healthz") await new Promise((resolve) => setTimeout(resolve, 100));
  return { statusCode: 200, body: "" };
};
`,
};

test("function: what is kept initialised follows the requests at once, and back, and a release takes the count along", async () => {
  const { client } = house;
  const app = "waves-function";
  const scaling = { min: 2, max: 8, warmupSeconds: 60 };
  await client.apps.put(app, { ...functionManifest(app), scaling });
  for (const version of ["v1", "v2"]) await publish(client, app, version, { ...SLOW_HANDLER, version });
  expect(await deploy(client, app, "v1")).toMatchObject({ status: "succeeded" });
  const { endpoint, scaling: told } = await target(app);
  expect(told).toMatchObject({ min: 2, max: 8, count: 2, target: 70, activities: [] });
  const count = async () => (await target(app)).scaling!.count;
  // Of 100 ms each: half a request at a time, then five.
  const load = loadAt(endpoint!, 5);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  load.setRate(45);
  await expect.poll(count, { timeout: 60_000, interval: 1_000 }).toBeGreaterThanOrEqual(6);
  expect(await deploy(client, app, "v2")).toMatchObject({ status: "succeeded" });
  expect(await count()).toBeGreaterThanOrEqual(6);
  load.setRate(5);
  await expect.poll(count, { timeout: 150_000, interval: 1_000 }).toBe(2);
  expect(await load.stop()).toMatchObject({ failed: 0 });
  const { activities } = (await target(app)).scaling!;
  expect(activities.every(({ cause }) => cause.includes("AlarmLow"))).toBe(true);
});

test("server: the scheduled pass has the count follow the load, by deployments that drop nothing", async () => {
  const { client } = house;
  const app = "waves-server";
  const { replicas: _chosen, ...manifest } = serverManifest(app);
  await client.apps.put(app, { ...manifest, scaling: { ...SCALING, min: 1, max: 9, warmupSeconds: 3 } });
  await publish(client, app, "v1", serverCode("well"));
  expect(await deploy(client, app, "v1")).toMatchObject({ status: "succeeded", health: { desired: 1 } });
  const { endpoint } = await target(app);
  counts = watchCounts(app);
  // A sandbox minute is three seconds; the clock of the schedule is the machine's, so passes are asked for.
  let stopped = false;
  const passes = (async () => {
    while (!stopped) {
      await client.targets.heal(app, ENVIRONMENT).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 3_000));
    }
  })();
  const load = loadAt(endpoint!, 9);
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  load.setRate(90);
  await reaches(app, 3, 60_000);
  const told = async () => (await target(app)).scaling!.activities;
  // The pool has three hosts.
  await expect.poll(async () => (await told()).map(({ status }) => status)).toContain("Failed");
  load.setRate(9);
  await reaches(app, 1, 150_000);
  await expect.poll(() => counts.seen.at(-1)).toBe(1);
  stopped = true;
  await passes;
  await counts.stop();
  expect(await load.stop()).toMatchObject({ failed: 0 });
  expect(counts.seen).toEqual([1, 3, 2, 1]);
  expect((await told())[0]).toMatchObject({
    status: "Successful",
    description: expect.stringContaining("scales from 2 to 1."),
  });
});

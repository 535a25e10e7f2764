// Load rises from 50 to 500 requests per second and falls back, and the count of copies follows, on each kind, with a release in the
// middle: no request fails, and nothing goes to and fro. Each wait is for a state; what is late is waited for.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startHouse, type TestHouse } from "#test/support/house.ts";
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
import { waveAt } from "#test/support/wave.ts";

/** By the machine's clock. Sandbox time runs 20 times as fast: a twentieth of them by its own. */
const [CALM, BUSY] = [50, 500];
const TIME_SCALE = 20;
const LEAST = 2;
const MOST = 5;

/**
 * What each kind's scaling aims at. 3.5 requests a second are 70 by the clock: 500 would take 8 copies and `max` is 5, so that a busy machine,
 * on which the load has dips, has no other counts than a quiet one; 50 are carried by 2. The pool of servers has 5 hosts, and all that is
 * over is told. A function's requests take 8 ms and a little, so all 5 environments that it may keep are busy, and of 2 a quarter when it is calm.
 */
const SCALING = {
  server: { min: LEAST, max: 9, metric: "requestsPerReplica", target: 3.5, warmupSeconds: 3 },
  vm: { min: LEAST, max: MOST, metric: "requestsPerReplica", target: 3.5, warmupSeconds: 120 },
  container: { min: LEAST, max: MOST, metric: "requestsPerReplica", target: 3.5, warmupSeconds: 120 },
  function: { min: LEAST, max: MOST, warmupSeconds: 60 },
};
/** What the platform's own metric says in a whole minute of the high load: nine tenths of it at least, or of what is kept initialised. */
const SEEN = { server: share(BUSY), vm: share(BUSY), container: share(BUSY), function: 90 };
type Kind = keyof typeof SCALING;

function share(requestsPerSecond: number): number {
  return (0.9 * requestsPerSecond) / TIME_SCALE / MOST;
}

const HANDLER = `exports.handler = async ({ rawPath }) => {
  if (rawPath !== "/healthz") await new Promise((resolve) => setTimeout(resolve, 8));
  return { statusCode: 200, body: process.env.TUTTI_VERSION };
};
`;

let house: TestHouse;
beforeAll(async () => {
  house = await startHouse({ timeScale: TIME_SCALE, servers: MOST });
});
afterAll(() => house?.clear());

/** What one attempt has set going is no part of the next. */
const running: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.allSettled(running.splice(0).map((one) => one.stop()));
});

const target = (app: string) => house.client.targets.get(app, ENVIRONMENT);

const PUBLISH: Record<Kind, (app: string) => Promise<void>> = {
  server: (app) => published(app, { ...serverManifest(app), replicas: LEAST }, serverCode("well")),
  vm: (app) => {
    const manifest = machineManifest(app, { batch: MOST, maxSurge: MOST });
    return published(app, { ...manifest, replicas: LEAST }, serverCode("well"));
  },
  container: async (app) => {
    const image = await buildImage(house.client, app);
    const more = { scaling: SCALING.container, replicas: LEAST };
    for (const version of ["v1", "v2"])
      await publishContainer(house.client, app, version, image, "well", more);
  },
  function: (app) => published(app, functionManifest(app), { "index.js": HANDLER }),
};

async function published(
  app: string,
  manifest: { kind: string; replicas?: number },
  code: Record<string, string>,
) {
  const { client } = house;
  await client.apps.put(app, { ...manifest, scaling: SCALING[manifest.kind as Kind] });
  for (const version of ["v1", "v2"]) await publish(client, app, version, { ...code, version });
}

/** How many copies are wanted, or environments kept initialised: while a deployment of a function is under way nobody tells. */
async function countOf(app: string): Promise<number | undefined> {
  const { kind, desired, scaling } = await target(app);
  return kind === "function" ? scaling?.count : desired;
}

async function reaches(app: string, count: number): Promise<void> {
  const stands = async () => {
    const { kind, replicas } = await target(app);
    const healthy = replicas.filter((one) => one.health === "healthy").length;
    return { wanted: await countOf(app), healthy: kind === "function" ? count : healthy };
  };
  const expected = { wanted: count, healthy: count };
  await expect.poll(stands, { timeout: 400_000, interval: 1_000 }).toEqual(expected);
}

/** The counts one after the other, without repeats. */
function watchCounts(app: string) {
  const seen: number[] = [];
  let stopped = false;
  const looking = (async () => {
    while (!stopped) {
      const count = await countOf(app);
      if (count !== undefined && count !== seen.at(-1)) seen.push(count);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  })();
  const counts = {
    seen,
    stop: async () => {
      stopped = true;
      await looking;
    },
  };
  running.push(counts);
  return counts;
}

/** The clock of the schedule is the machine's, and a sandbox minute three seconds: passes are asked for, where Tutti itself scales. */
function askForPasses(app: string) {
  let stopped = false;
  const asking = (async () => {
    while (!stopped) {
      await house.client.targets.heal(app, ENVIRONMENT).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 3_000));
    }
  })();
  const passes = {
    stop: async () => {
      stopped = true;
      await asking;
    },
  };
  running.push(passes);
  return passes;
}

/** The counts that scaling has chosen, by its own word: none passes unseen. */
async function chosen(app: string): Promise<number[]> {
  const { activities } = (await target(app)).scaling!;
  return activities
    .filter(({ status }) => status !== "Failed")
    .map(({ description, cause }) => Number(/ to (\d+)\./.exec(`${description} ${cause}`)?.[1]))
    .reverse();
}

const rising = (counts: number[]) => [...new Set(counts)].sort((a, b) => a - b);
const falling = (counts: number[]) => rising(counts).reverse();
const withoutRepeats = (counts: number[]) => counts.filter((count, at) => count !== counts[at - 1]);

let attempt = 1;
test.each(["server", "vm", "container", "function"] as const)(
  "%s: ten times the load and back: the count follows, a rollout respects it, no request fails, nothing flaps",
  async (kind) => {
    const { client } = house;
    // Tried again, it begins with an app of its own.
    const app = `wave-${kind}-${attempt++}`;
    await PUBLISH[kind](app);
    expect(await deploy(client, app, "v1")).toMatchObject({ status: "succeeded" });
    await reaches(app, LEAST);
    const { endpoint, scaling } = await target(app);
    const { min, max } = SCALING[kind];
    expect(scaling).toMatchObject({ min, max, count: LEAST, activities: [] });
    const passes = kind === "server" ? askForPasses(app) : null;
    const counts = watchCounts(app);
    const wave = waveAt(endpoint!, CALM);
    running.push(wave);
    // Measured for a whole minute.
    await measures(app, Number.MIN_VALUE);

    wave.setRate(BUSY);
    await reaches(app, MOST);
    await measures(app, SEEN[kind]);
    expect(await deploy(client, app, "v2")).toMatchObject({ status: "succeeded" });
    await reaches(app, MOST);
    const upwards = [...counts.seen];
    expect([upwards[0], upwards.at(-1), upwards]).toEqual([LEAST, MOST, rising(upwards)]);
    const before = await chosen(app);
    expect(withoutRepeats(before)).toEqual(rising(before));

    wave.setRate(CALM);
    await reaches(app, LEAST);
    await counts.stop();
    await passes?.stop();
    expect(await wave.stop()).toMatchObject({ failed: 0, failures: {} });
    const downwards = counts.seen.slice(upwards.length - 1);
    expect([downwards[0], downwards.at(-1), downwards]).toEqual([MOST, LEAST, falling(downwards)]);
    expect(withoutRepeats((await chosen(app)).slice(before.length))).toEqual([4, 3, 2]);
    const { cause } = (await target(app)).scaling!.lastActivity!;
    expect(cause).toMatch(
      kind === "server"
        ? /^requestsPerReplica was at \S+ for 15 minutes, below 3\.5/
        : /-AlarmLow-\S+ in state ALARM/,
    );
  },
);

async function measures(app: string, least: number): Promise<void> {
  const value = async () => (await target(app)).scaling?.value ?? 0;
  await expect.poll(value, { timeout: 400_000, interval: 500 }).toBeGreaterThanOrEqual(least);
}

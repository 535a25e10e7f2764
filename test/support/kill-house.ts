// Kills the whole house at a chosen moment of a rollout and proves that the next one brings everything to order.
import { expect } from "vitest";
import type { Client } from "#client/client.ts";
import { startHouse, type TestHouse } from "./house.ts";
import { buildImage, HEALTH, publishContainer } from "./release-container.ts";
import {
  deploy,
  ENVIRONMENT,
  machineManifest,
  publish,
  serverCode,
  serverManifest,
  settled,
  start,
} from "./release-of.ts";

/** A copy that the load balancer found away after the start needs several of its checks, 5 s apart, or the next sweep. */
const IN_ORDER_WITHIN_MILLISECONDS = 240_000;

/** A generator of numbers from 0 to 1 that a seed repeats (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How the app of a kind is made, and a release of it published: one that answers, or one that is broken. */
export type Cast = {
  app: string;
  /** About how long its rollout takes: the moments of the kills are spread over it. */
  spreadMilliseconds: number;
  furnish(client: Client): Promise<void>;
  publish(client: Client, version: string, broken: boolean, round: number): Promise<void>;
};

/** One app of each kind that keeps copies. Every other rollout of containers and machines has two sides. */
export function everyCast(): Cast[] {
  return [servers("shop-servers"), containers("shop-containers"), machines("shop-machines")];
}

function servers(app: string): Cast {
  return {
    app,
    spreadMilliseconds: 4500,
    furnish: async () => {},
    publish: async (client, version, broken) => {
      await client.apps.put(app, patient(serverManifest(app), broken));
      await publish(client, app, version, serverCode(broken ? "unwell" : "well"));
    },
  };
}

function containers(app: string): Cast {
  let image = "";
  const canary = { rollout: { strategy: "canary", weights: [50, 100], drainSeconds: 1 } };
  return {
    app,
    spreadMilliseconds: 4500,
    furnish: async (client) => {
      image = await buildImage(client, app);
    },
    publish: (client, version, broken, round) =>
      publishContainer(client, app, version, image, broken ? "crashing" : "well", {
        ...(isTwoSided(round) ? canary : {}),
        ...(broken ? {} : { health: { ...HEALTH, ...GRACE } }),
      }),
  };
}

function machines(app: string): Cast {
  const blueGreen = { strategy: "blueGreen", weights: [50, 100] };
  return {
    app,
    spreadMilliseconds: 9000,
    furnish: async () => {},
    publish: async (client, version, broken, round) => {
      await client.apps.put(
        app,
        patient(machineManifest(app, isTwoSided(round) ? blueGreen : undefined), broken),
      );
      await publish(client, app, version, serverCode(broken ? "unwell" : "well"));
    },
  };
}

/** What is well may be slow to listen on a busy machine; what is broken is known to be so soon. */
const GRACE = { graceSeconds: 30 };

function patient<M extends { health: object }>(manifest: M, broken: boolean): M {
  return broken ? manifest : { ...manifest, health: { ...manifest.health, ...GRACE } };
}

function isTwoSided(round: number): boolean {
  return round % 2 === 0;
}

/** A house with apps whose first releases are live. */
export async function furnishedHouse(casts: Cast[]): Promise<TestHouse> {
  const house = await startHouse();
  await Promise.all(
    casts.map(async (cast) => {
      await cast.furnish(house.client);
      await cast.publish(house.client, "r0", false, 1);
      expect(await deploy(house.client, cast.app, "r0")).toMatchObject({ status: "succeeded" });
    }),
  );
  return house;
}

/** Rolls `r<round>` out to all of them, kills the house when each has come that far (0 to 1) of its way, and starts it again. */
export async function killedInTheMiddle(
  house: TestHouse,
  round: number,
  fraction: number,
  casts: Cast[],
): Promise<TestHouse> {
  const broken = round % 3 === 0;
  const longest = Math.max(...casts.map((cast) => cast.spreadMilliseconds)) * fraction;
  await Promise.all(casts.map((cast) => cast.publish(house.client, `r${round}`, broken, round)));
  const began = performance.now();
  const underWay = await Promise.all(
    casts.map(async ({ app, spreadMilliseconds }) => {
      const { release: old } = await house.client.targets.get(app, ENVIRONMENT);
      await pause(longest - spreadMilliseconds * fraction);
      const { id } = await start(house.client, app, `r${round}`);
      return { app, id, old: old!, version: `r${round}`, broken };
    }),
  );
  await pause(longest - (performance.now() - began));
  await house.kill();
  const next = await startHouse({ directory: house.directory });
  try {
    await Promise.all(underWay.map((one) => expectOrder(next, one)));
    return next;
  } catch (error) {
    await next.stop();
    throw error;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}

type UnderWay = { app: string; id: string; old: string; version: string; broken: boolean };

async function expectOrder({ client }: TestHouse, { app, id, old, version, broken }: UnderWay) {
  const ended = await settled(client, id);
  expect(ended.status, `${app}: ${ended.reason}`).toBe(broken ? "rolled_back" : "succeeded");
  const live = broken ? old : version;
  await expect
    .poll(async () => summary(await client.targets.get(app, ENVIRONMENT), live), {
      timeout: IN_ORDER_WITHIN_MILLISECONDS,
    })
    .toEqual({ release: live, lock: null, replicas: Array(3).fill(`${live} healthy`), strangers: [] });
  // The lock is free: the same again ends at once, for it runs already.
  expect(await deploy(client, app, live)).toMatchObject({ status: "succeeded" });
}

type Target = Awaited<ReturnType<TestHouse["client"]["targets"]["get"]>>;

/** A side that is kept for a while (blue/green) runs the old release without traffic; nothing runs a third one. */
function summary({ release, activeDeployment, replicas, traffic }: Target, live: string) {
  const words = replicas.map((one) => `${one.version} ${one.health}`);
  return {
    release,
    lock: activeDeployment,
    replicas: words.filter((word) => word.startsWith(`${live} `)),
    strangers: traffic.filter((share) => share.version !== live),
  };
}

// Kills the whole house at a chosen moment of a rollout and proves that the next one brings everything to order.
import { expect } from "vitest";
import type { Client } from "#client/client.ts";
import { startHouse, type TestHouse } from "./house.ts";
import { buildImage, publishContainer } from "./release-container.ts";
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

const APP = "shop";

/** A copy that the load balancer found away after the start needs several of its checks, 5 s apart, or the next sweep. */
const IN_ORDER_WITHIN_MILLISECONDS = 75_000;

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
  furnish(client: Client): Promise<void>;
  publish(client: Client, version: string, broken: boolean): Promise<void>;
};

export const SERVERS: Cast = {
  furnish: async (client) => void (await client.apps.put(APP, serverManifest(APP))),
  publish: (client, version, broken) => publish(client, APP, version, serverCode(broken ? "unwell" : "well")),
};

/** `rollout`: in place of rolling with three more. */
export function containers(rollout?: object): Cast {
  let image = "";
  return {
    furnish: async (client) => {
      image = await buildImage(client, APP);
    },
    publish: (client, version, broken) =>
      publishContainer(client, APP, version, image, broken ? "crashing" : "well", rollout ? { rollout } : {}),
  };
}

/** `rollout`: in place of rolling with one more. */
export function machines(rollout?: object): Cast {
  return {
    furnish: async (client) => void (await client.apps.put(APP, machineManifest(APP, rollout))),
    publish: (client, version, broken) =>
      publish(client, APP, version, serverCode(broken ? "unwell" : "well")),
  };
}

/** A house with an app whose first release is live. */
export async function furnishedHouse(cast = SERVERS): Promise<TestHouse> {
  const house = await startHouse();
  await cast.furnish(house.client);
  await cast.publish(house.client, "r0", false);
  expect(await deploy(house.client, APP, "r0")).toMatchObject({ status: "succeeded" });
  return house;
}

/** Deploys `r<round>`, kills the house after that long, starts it again and answers the new one. */
export async function killedInTheMiddle(
  house: TestHouse,
  round: number,
  afterMilliseconds: number,
  cast = SERVERS,
): Promise<TestHouse> {
  const version = `r${round}`;
  const broken = round % 3 === 0;
  await cast.publish(house.client, version, broken);
  const { release: old } = await house.client.targets.get(APP, ENVIRONMENT);
  const { id } = await start(house.client, APP, version);
  await new Promise((resolve) => setTimeout(resolve, afterMilliseconds));
  await house.kill();
  const next = await startHouse({ directory: house.directory });
  try {
    await expectOrder(next, id, old!, version, broken);
    return next;
  } catch (error) {
    await next.stop();
    throw error;
  }
}

async function expectOrder({ client }: TestHouse, id: string, old: string, version: string, broken: boolean) {
  const ended = await settled(client, id);
  expect(ended.status, ended.reason).toBe(broken ? "rolled_back" : "succeeded");
  const live = broken ? old : version;
  await expect
    .poll(async () => summary(await client.targets.get(APP, ENVIRONMENT)), {
      timeout: IN_ORDER_WITHIN_MILLISECONDS,
    })
    .toEqual({ release: live, lock: null, replicas: Array(3).fill(`${live} healthy`) });
  // The lock is free: the same again ends at once, for it runs already.
  expect(await deploy(client, APP, live)).toMatchObject({ status: "succeeded" });
}

type Target = Awaited<ReturnType<TestHouse["client"]["targets"]["get"]>>;

function summary({ release, activeDeployment, replicas }: Target) {
  return { release, lock: activeDeployment, replicas: replicas.map((one) => `${one.version} ${one.health}`) };
}

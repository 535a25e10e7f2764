// What takes its time with containers: how many stand while they are rolled, ends that the load balancer has to see, and the
// way back over three releases and a restart.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlace, type Place } from "#test/contract/container-place.ts";
import { roll } from "#test/contract/roll.ts";
import { aRollout } from "#test/support/a-deployment.ts";
import { startHouse } from "#test/support/house.ts";
import { buildImage, publishContainer } from "#test/support/release-container.ts";
import { deploy, ENVIRONMENT, settled } from "#test/support/release-of.ts";

let place: Place;

beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place.close());

/** Looks every 50 ms, or as fast as the looks are. */
function sampled<T>(look: () => Promise<T>): { stop(): Promise<T[]> } {
  const seen: T[] = [];
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      seen.push(await look());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopped = true;
      await running;
      return seen;
    },
  };
}

test("with min healthy 100 and max 200, sampled every 50 ms, never fewer than 3 are healthy and never more than 6 there", async () => {
  const rollout = aRollout({ batch: "100%", maxSurge: 3, maxUnavailable: 0, drainSeconds: 1 });
  const { driver, target, makeRelease, close } = await place.open({ replicas: 3, rollout });
  await makeRelease("v1");
  await makeRelease("v2");
  await roll(driver, target, "v1");
  const samples = sampled(async () => {
    const { replicas } = await driver.inspect(target);
    const standing = replicas.filter(({ health }) => health !== "draining");
    return {
      healthy: replicas.filter(({ health }) => health === "healthy").length,
      standing: standing.length,
    };
  });
  expect(await roll(driver, target, "v2")).toMatchObject({ ok: true, reason: "" });
  const seen = await samples.stop();
  expect(seen.length).toBeGreaterThan(5);
  expect(Math.min(...seen.map(({ healthy }) => healthy))).toBeGreaterThanOrEqual(3);
  expect(Math.max(...seen.map(({ standing }) => standing))).toBe(6);
  await close();
});

test("a copy that takes more memory than it may, and one that never listens, are told as such", async () => {
  const { driver, target, makeRelease, close } = await place.open({
    replicas: 1,
    container: { launchType: "EC2", capacityProviders: [], placement: "spread" },
    resources: { cpu: 0.25, memoryMiB: 128 },
  });
  await makeRelease("hungry", "hungry");
  await makeRelease("silent", "silent");
  const hungry = await roll(driver, target, "hungry");
  expect(hungry.reason).toMatch(/it was killed for memory with exit code 137: it may use 128 MiB/);
  const silent = await roll(driver, target, "silent");
  expect(silent.reason).toMatch(/it failed the load balancer's health checks: .+/);
  await close();
});

test("three releases back is one word, with the house killed in between, and the image is the same to the bit", async () => {
  let house = await startHouse({ servers: 0 });
  const image = await buildImage(house.client, "shop");
  const versions = ["v1", "v2", "v3", "v4"];
  for (const version of versions) {
    await publishContainer(house.client, "shop", version, image);
    expect(await deploy(house.client, "shop", version)).toMatchObject({ status: "succeeded" });
  }
  await house.kill();
  house = await startHouse({ servers: 0, directory: house.directory });
  const { client } = house;
  const { id } = await client.deployments.rollback("shop", { environment: ENVIRONMENT, version: "v1" });
  expect(await settled(client, id)).toMatchObject({ status: "succeeded", version: "v1" });
  const target = await client.targets.get("shop", ENVIRONMENT);
  expect(target).toMatchObject({ release: "v1", drift: [], traffic: [{ version: "v1", percent: 100 }] });
  expect(target.replicas.map(({ version, health }) => [version, health])).toEqual(
    Array(3).fill(["v1", "healthy"]),
  );
  const { items } = await client.releases.list("shop");
  expect(new Set(items.map(({ artifact }) => artifact.image))).toEqual(new Set([image]));
  await house.clear();
});

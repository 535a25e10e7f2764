import { expect, test } from "vitest";
import { fakeDriver } from "#targets/fake/driver.ts";
import { fakeWorld, healthyCount } from "#targets/fake/world.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { aTarget } from "./a-target.ts";
import { driverContract, type Harness, type Nature } from "./driver.ts";
import { roll } from "./roll.ts";

const BEHAVIOURS = {
  good: "good",
  unhealthy: "unhealthy",
  crashing: "crashes",
  otherDigest: "badArtifact",
  noArchive: "badArtifact",
} as const;

function open() {
  const world = fakeWorld(4, { looksToHealthy: 2 });
  const { target, releases } = aTarget(aSpec({ replicas: 3 }), fakeClock());
  const makeRelease = async (version: string, nature: Nature) => {
    world.behaviours[version] = BEHAVIOURS[nature];
    releases.add(version, {});
  };
  const harness: Harness = { driver: fakeDriver(world), target, makeRelease, close: async () => {} };
  return { world, ...harness };
}

driverContract("fake", async () => open(), {
  unhealthy: /^host-\d: GET \/healthz answered 500$/,
  crashing: /^host-\d: the process ended with exit code 1$/,
  otherDigest: /SHA-256/,
  noArchive: /artifact/,
});

test("an answer that got lost is asked for again without harm", async () => {
  const { world, driver, target, makeRelease } = open();
  await makeRelease("v1", "good");
  world.faults.push({ verb: "apply", times: 1, error: new Error("lost"), after: true });
  await expect(roll(driver, target, "v1")).rejects.toThrow("lost");
  expect((await roll(driver, target, "v1")).ok).toBe(true);
  expect(healthyCount(world)).toBe(3);
});

test("a host that does not answer is named", async () => {
  const { world, driver, target, makeRelease } = open();
  await makeRelease("v1", "good");
  await makeRelease("v2", "good");
  await roll(driver, target, "v1");
  world.hosts.get("host-2")!.reachable = false;
  expect((await driver.inspect(target)).unreachable).toEqual(["host-2"]);
});

test("a replica that died is repaired", async () => {
  const { world, driver, target, makeRelease } = open();
  await makeRelease("v1", "good");
  await roll(driver, target, "v1");
  world.hosts.get("host-2")!.dead = true;
  const results = await driver.repair(target, await driver.inspect(target));
  expect(results).toEqual([
    { replica: "host-2", result: "repaired", action: "restart", detail: "it answers again" },
  ]);
  expect(healthyCount(world)).toBe(3);
});

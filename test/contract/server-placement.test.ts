// Several copies on one host, by what they ask for and what the hosts have: real processes behind a real proxy.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Driver, TargetContext } from "#core/driver/driver.ts";
import { planTo, playStep, roll } from "./roll.ts";
import { machineId, openServerWorld, type ServerWorld } from "./server-world.ts";
import { steadyLoad } from "./steady-load.ts";

let world: ServerWorld;
beforeAll(async () => {
  world = await openServerWorld();
});
afterAll(() => world.close());

const open: ServerWorld["open"] = (...overrides) => world.open(...overrides);

/** Two copies fit on each of three hosts. */
const PLACED = {
  replicas: 5,
  resources: { cpu: 0.5, memoryMiB: 64 },
  server: { pool: "web", supervisor: "systemd", setup: false, placement: "spread" },
} as const;
const ROOM = { capacity: { cpu: 1, memoryMiB: 1024, diskGiB: 10 } };
const idsOf = async (driver: Driver, target: TargetContext) =>
  (await driver.inspect(target)).replicas.map(({ id }) => id);

test("several copies share a host, change in batches under load and leave as many as are wanted", async () => {
  const { driver, target, makeRelease, close } = await open(PLACED, ROOM);
  await makeRelease("v1", "good");
  await makeRelease("v2", "good");
  expect(await roll(driver, target, "v1")).toMatchObject({ ok: true, reason: "" });
  const { replicas, endpoint } = await driver.inspect(target);
  expect(replicas.map(({ id }) => id)).toEqual(["web-1", "web-1/2", "web-2", "web-2/2", "web-3"]);
  expect(new Set(replicas.map(({ address }) => address)).size).toBe(5);
  const load = steadyLoad(endpoint!);
  expect(await roll(driver, target, "v2")).toMatchObject({ ok: true, reason: "" });
  const fewer = { ...target, spec: { ...target.spec, replicas: 3 } };
  for (const step of await planTo(driver, fewer, "v2")) await playStep(driver, fewer, step);
  expect((await load.stop()).failed).toBe(0);
  expect(await idsOf(driver, fewer)).toEqual(["web-1", "web-2", "web-3"]);
  expect(existsSync(`${world.homeOn(1, target.app)}.2`)).toBe(false);
  await close();
});

test("copies that grow out of their host come elsewhere first, under load, and what cannot fit is refused", async () => {
  const { driver, target, makeRelease, close } = await open(
    { ...PLACED, replicas: 2, server: { ...PLACED.server, placement: "binpack" } },
    ROOM,
  );
  await makeRelease("v1", "good");
  await makeRelease("v2", "good");
  await roll(driver, target, "v1");
  expect(await idsOf(driver, target)).toEqual(["web-1", "web-1/2"]);
  const load = steadyLoad((await driver.inspect(target)).endpoint!);
  const grown = { ...target, spec: { ...target.spec, resources: { cpu: 0.75, memoryMiB: 64 } } };
  expect(await roll(driver, grown, "v2")).toMatchObject({ ok: true, reason: "" });
  expect((await load.stop()).failed).toBe(0);
  expect(await idsOf(driver, grown)).toEqual(["web-1", "web-2"]);
  const many = { ...grown, spec: { ...grown.spec, replicas: 4 } };
  await expect(planTo(driver, many, "v2")).rejects.toThrow("1 of 4 copies does not fit: each needs cpu 0.75");
  await close();
});

test("what another app has reserved is not given away, and apps that are kept apart share no host", async () => {
  const one = await open({ ...PLACED, replicas: 2 }, ROOM);
  await one.makeRelease("v1", "good");
  await roll(one.driver, one.target, "v1");
  const server = { ...PLACED.server, apartFrom: [one.target.app] };
  const two = await open({ ...PLACED, replicas: 2, server }, ROOM);
  await two.makeRelease("v1", "good");
  expect(await roll(two.driver, two.target, "v1")).toMatchObject({ ok: true, reason: "" });
  expect(await idsOf(two.driver, two.target)).toEqual(["web-3", "web-3/2"]);
  const more = { ...one.target, spec: { ...one.target.spec, replicas: 5 } };
  await expect(planTo(one.driver, more, "v1")).rejects.toThrow("1 of 5 copies does not fit");
  await one.close();
  await two.close();
});

test("one of several copies on a host is killed and healed, and the others are left alone", async () => {
  const { driver, target, makeRelease, close } = await open(PLACED, ROOM);
  await makeRelease("v1", "good");
  await roll(driver, target, "v1");
  const settled = { ...target, current: "v1" };
  await promisify(execFile)(join(world.directory, "machines", machineId(1), "bin", "systemctl"), [
    "stop",
    `tutti-${target.app}-prod.2.service`,
  ]);
  await target.clock.sleep(1_500);
  const fleet = await driver.inspect(settled);
  expect(fleet.replicas.filter(({ health }) => health !== "healthy").map(({ id }) => id)).toEqual([
    "web-1/2",
  ]);
  expect(await driver.repair(settled, fleet)).toMatchObject([{ replica: "web-1/2", result: "repaired" }]);
  await close();
});

// Disks on servers: what an app wrote is there for the next release, on its own host, until somebody says that it may go.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { ONE_AT_A_TIME } from "#core/plan/pace.ts";
import { mountProblem } from "#sandbox/ground/mounts.ts";
import { aRollout } from "#test/support/a-deployment.ts";
import { expectPlayed, planTo, roll } from "./roll.ts";
import { openServerWorld, type ServerWorld } from "./server-world.ts";

let world: ServerWorld;
beforeAll(async () => {
  world = await openServerWorld();
});
afterAll(() => world.close());

const STATEFUL: Partial<Spec> = {
  volumes: [{ name: "data", path: "/data", sizeGiB: 1 }],
  rollout: aRollout({ drainSeconds: 1, ...ONE_AT_A_TIME }),
};

const diskOn = (host: number, app: string, copy = "") =>
  join(`${world.homeOn(host, app)}${copy}`, "volumes", "data");
const logOn = (host: number, app: string, copy = "") =>
  readFileSync(join(diskOn(host, app, copy), "log"), "utf8")
    .trim()
    .split("\n");

/** Of each copy that opened the disk, nobody else did before it had closed it; the last one has it. */
function expectOneAtATime(log: string[]): void {
  const words = log.map((line) => line.split(" ")).filter(([word]) => word !== "write");
  words.forEach(([word, , pid], index) => {
    expect(word).toBe(index % 2 === 0 ? "open" : "close");
    if (word === "close") expect(pid).toBe(words[index - 1]![2]);
  });
}

const withCount = (target: TargetContext, replicas: number): TargetContext => ({
  ...target,
  spec: { ...target.spec, replicas },
});

test("this machine lets a program have mounts of its own, as systemd needs them", () => {
  expect(mountProblem()).toBeNull();
});

test("what a release wrote is read by the next one and after going back, with one copy on a disk at a time and no failed request", async () => {
  const { driver, target, makeRelease, load, close } = await world.open(STATEFUL);
  for (const version of ["v1", "v2"]) await makeRelease(version, "keeping");
  expectPlayed(await roll(driver, target, "v1"));
  const before = statSync(diskOn(1, target.app));
  const { endpoint } = await driver.inspect(target);
  for (const plan of [await planTo(driver, target, "v2"), await planTo(driver, target, "v2", true)])
    expect(plan.map(({ replicas }) => replicas)).toEqual([["web-1"], ["web-2"]]);
  const clients = load!(endpoint!);
  expectPlayed(await roll(driver, target, "v2"));
  expectPlayed(await roll(driver, target, "v1", true));
  expect(await clients.stop()).toMatchObject({ failed: 0 });
  for (const host of [1, 2]) {
    const log = logOn(host, target.app);
    expectOneAtATime(log);
    expect(log.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "open v1",
      "close v1",
      "open v2",
      "close v2",
      "open v1",
    ]);
  }
  const after = statSync(diskOn(1, target.app));
  expect([after.ino, after.uid, after.mode]).toEqual([before.ino, before.uid, before.mode]);
  const seen = await fetch(endpoint!).then((answer) => answer.text());
  expect(seen).toBe("/data");
  const read = await fetch(`${endpoint}/log`).then((answer) => answer.text());
  expect([logOn(1, target.app), logOn(2, target.app)]).toContainEqual(read.trim().split("\n"));
  expect(existsSync("/data/log")).toBe(false);
  await close();
});

test("a copy that goes leaves its disk, one that comes back finds it, and only a clear word deletes it", async () => {
  const { driver, target, makeRelease } = await world.open(STATEFUL);
  await makeRelease("v1", "keeping");
  expectPlayed(await roll(driver, target, "v1"));
  writeFileSync(join(diskOn(2, target.app), "photo"), "kept");
  expectPlayed(await roll(driver, withCount(target, 1), "v1"));
  const alone = await driver.inspect(target);
  expect(alone.kept).toEqual(["web-2"]);
  expect(alone.volumes).toEqual([
    { name: "data", sizeGiB: 1, where: `web-1:${diskOn(1, target.app)}`, copy: "web-1" },
    { name: "data", sizeGiB: 1, where: `web-2:${diskOn(2, target.app)}`, copy: null },
  ]);
  expect(alone.spare).toEqual(["web-2", "web-3"]);
  expectPlayed(await roll(driver, target, "v1"));
  expect(readFileSync(join(diskOn(2, target.app), "photo"), "utf8")).toBe("kept");
  expect(logOn(2, target.app).map((line) => line.split(" ")[0])).toEqual(["open", "close", "open"]);
  const notes: string[] = [];
  const told = { ...target, note: (sentence: string) => void notes.push(sentence) };
  await driver.retire(told);
  expect(notes).toEqual([`${target.app}/prod: web-1 keeps its disks: data; web-2 keeps its disks: data`]);
  expect(readFileSync(join(diskOn(2, target.app), "photo"), "utf8")).toBe("kept");
  expect(existsSync(join(world.homeOn(2, target.app), "releases"))).toBe(false);
  await driver.retire(told, { deleteVolumes: true });
  expect(notes.at(-1)).toBe(
    `${target.app}/prod: web-1 deleted its disks: data; web-2 deleted its disks: data`,
  );
  expect(existsSync(world.homeOn(2, target.app))).toBe(false);
  expect((await driver.inspect(target)).volumes).toBeUndefined();
});

test("copies that share a host have a disk each at the same path, and none is moved away from it", async () => {
  const placed: Partial<Spec> = {
    ...STATEFUL,
    replicas: 2,
    resources: { cpu: 0.125, memoryMiB: 16 },
    server: { pool: "web", supervisor: "systemd", setup: false, placement: "binpack" },
  };
  const { driver, target, makeRelease, close } = await world.open(placed);
  for (const version of ["v1", "v2"]) await makeRelease(version, "keeping");
  expectPlayed(await roll(driver, target, "v1"));
  const ids = (await driver.inspect(target)).replicas.map(({ id }) => id);
  expect(ids).toEqual(["web-1", "web-1/2"]);
  expectPlayed(await roll(driver, target, "v2"));
  for (const copy of ["", ".2"]) {
    expectOneAtATime(logOn(1, target.app, copy));
    expect(logOn(1, target.app, copy)).toHaveLength(3);
  }
  const fleet = await driver.inspect(target);
  expect(fleet.placement!.holds["web-1/2"]).toEqual({ cpu: 0.125, memoryMiB: 16, diskGiB: 1 });
  const elsewhere = { ...target.spec, server: { ...target.spec.server, labels: { disk: "ssd" } } };
  const hosts = fleet.placement!.hosts.map((host) =>
    host.id === "web-1" ? host : { ...host, labels: { disk: "ssd" } },
  );
  const request = {
    fleet: { ...fleet, placement: { ...fleet.placement!, hosts } },
    version: "v2",
    desired: 2,
  };
  expect(() => driver.plan({ ...request, rollback: false }, elsewhere)).toThrow(
    /web-1\S* of \S+ has a disk on web-1 and would have to leave it, for want of room or by its labels/,
  );
  expect(driver.plan({ ...request, rollback: true }, elsewhere)).toEqual([]);
  await close();
});

test("a disk that its host has no room for is refused before anything runs", async () => {
  const { driver, target, makeRelease, close } = await world.open({
    ...STATEFUL,
    volumes: [{ name: "data", path: "/data", sizeGiB: 16_384 }],
  });
  await makeRelease("v1", "keeping");
  expect((await roll(driver, target, "v1")).reason).toMatch(
    /^web-1: There is no room on this host (for its disks|any more): diskGiB 16384 is needed and \d+ is free\.$/,
  );
  expect(existsSync(diskOn(1, target.app))).toBe(false);
  await close();
});

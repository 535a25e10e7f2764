// Names of instances, in the sandbox's Cloud Map: who is found, from when on and until when, by rolling and by blue/green.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeregisterInstanceCommand, ListServicesCommand } from "@aws-sdk/client-servicediscovery";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Driver } from "#core/driver/driver.ts";
import { naming } from "#infra/cloud-map-grants.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import type { VmSetup } from "#targets/vm/client.ts";
import { createVmDriver } from "#targets/vm/driver.ts";
import { asFunction, asRoot, NAMES } from "#test/contract/as-role.ts";
import { aNamespace, callsByName, foundUnder } from "#test/contract/names-world.ts";
import { expectPlayed, roll } from "#test/contract/roll.ts";
import { openVmWorld, vmClients, vmPlaces } from "#test/contract/vm-world.ts";
import { aRollout } from "#test/support/a-deployment.ts";

let sandbox: Sandbox;
let directory: string;
let driver: Driver;
let clients: VmSetup;
let world: Partial<Environment>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tutti-names-"));
  sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  world = await openVmWorld(sandbox);
  driver = createVmDriver(vmClients(await asFunction(sandbox, "driver-vm")));
  clients = vmClients(asRoot(sandbox));
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function open(namespace: string, spec: Partial<Spec>) {
  const discovery = { namespaceArn: await aNamespace(await clients.discovery(), namespace) };
  const place = vmPlaces(sandbox, driver, { ...world, discovery })(spec);
  for (const version of ["v1", "v2"]) await place.makeRelease(version, "good");
  const found = async () => foundUnder(await clients.discovery(), namespace, place.target.app);
  const healthy = async () => {
    const { replicas } = await driver.inspect(place.target);
    const serving = replicas.filter((one) => one.health === "healthy" && one.trafficPercent! > 0);
    return serving.map(({ id, address }) => `${id} ${address}`).sort();
  };
  return { ...place, found, healthy };
}

test.each(["rolling", "blueGreen"] as const)(
  "%s: who goes by name finds healthy copies of the side that has traffic, and is never let down",
  async (strategy) => {
    const rollout = aRollout({ strategy, weights: [100], maxSurge: 1, maxUnavailable: 0, drainSeconds: 1 });
    const { target, found, healthy, close } = await open(`${strategy.toLowerCase()}.internal`, { rollout });
    expectPlayed(await roll(driver, target, "v1"));
    expect(await found()).toEqual(await healthy());
    const namespace = `${strategy.toLowerCase()}.internal`;
    const calls = callsByName(await clients.discovery(), namespace, target.app);
    expectPlayed(await roll(driver, target, "v2"));
    const { failed, counts, calls: made } = await calls.stop();
    expect(failed).toEqual([]);
    expect(made).toBeGreaterThan(10);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
    await expect.poll(found).toEqual(await healthy());
    await close();
    await expect(found()).rejects.toThrow(`There is no service ${target.app}`);
  },
);

test("a copy that somebody took out of its name comes back, and a group that scales by itself has none", async () => {
  const { target, found, healthy, close } = await open("drift.internal", {});
  expectPlayed(await roll(driver, target, "v1"));
  const settled = { ...target, current: "v1" };
  const cloudMap = await clients.discovery();
  const { Services } = await cloudMap.send(new ListServicesCommand({}));
  const [InstanceId] = (await found())[0]!.split(" ");
  await cloudMap.send(new DeregisterInstanceCommand({ ServiceId: Services![0]!.Id, InstanceId }));
  const drift = async () => (await driver.inspect(settled)).drift;
  await expect.poll(drift).toEqual([`${InstanceId} is healthy and not found under the name ${target.app}.`]);
  await driver.repair(settled, await driver.inspect(settled));
  await expect.poll(drift).toEqual([]);
  expect(await found()).toEqual(await healthy());
  const scaling = {
    min: 1,
    max: 3,
    metric: "requestsPerReplica" as const,
    target: 50,
    warmupSeconds: 1,
    scaleIn: true,
  };
  const scaled = { ...settled, spec: { ...target.spec, scaling } };
  await driver.repair(scaled, await driver.inspect(scaled));
  await expect.poll(found).toEqual([]);
  await close();
});

test("every permission that names take is asked for above", () => {
  const asked = sandbox.askedBy(NAMES.roleArn("driver-vm")).allowed.map(({ action }) => action);
  const granted = naming(NAMES).flatMap(({ actions }) => actions);
  expect(granted.filter((action) => !asked.includes(action))).toEqual([]);
});

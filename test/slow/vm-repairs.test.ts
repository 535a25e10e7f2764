// What becomes of virtual machines that nobody can speak to any more, of a group that somebody deleted, and of copies that
// failed within the budget: on the sandbox as it is on AWS.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from "@aws-sdk/client-auto-scaling";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Driver, TargetContext } from "#core/driver/driver.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import type { VmSetup } from "#targets/vm/client.ts";
import { createVmDriver } from "#targets/vm/driver.ts";
import { asFunction, asRoot } from "#test/contract/as-role.ts";
import { expectAsked } from "#test/contract/expect-asked.ts";
import { expectPlayed, planTo, playStep, roll } from "#test/contract/roll.ts";
import { openVmWorld, vmClients, vmPlaces } from "#test/contract/vm-world.ts";
import { aRollout } from "#test/support/a-deployment.ts";

let sandbox: Sandbox;
let directory: string;
let driver: Driver;
let clients: VmSetup;
let environment: Partial<Environment>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tutti-slow-"));
  sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  clients = vmClients(asRoot(sandbox));
  // With its own permissions, which nothing else asks for.
  driver = createVmDriver(vmClients(await asFunction(sandbox, "driver-vm")));
  environment = await openVmWorld(sandbox);
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
});

const open = (overrides: Parameters<ReturnType<typeof vmPlaces>>[0] = {}) =>
  vmPlaces(sandbox, driver, environment)(overrides);

/** Well until somebody asks for /fall, and sick from then on, until its process is started again. */
const FALLIBLE = `let sick = false;
require("node:http").createServer((request, response) => {
  if (request.url === "/fall") sick = true;
  if (request.url === "/healthz" && sick) response.statusCode = 500;
  response.end("here");
}).listen(process.env.PORT, process.env.HOST);`;

const groupOf = (target: TargetContext) => `tutti-vm-${target.app}_${target.environment.name}_a`;
const replicasOf = async (target: TargetContext) => (await driver.inspect(target)).replicas;
const healthOf = async (target: TargetContext) =>
  (await replicasOf(target)).map(({ version, health }) => `${version} ${health}`).sort();
const patience = { interval: 500 };

async function fallibleRelease(app: string, replicas: number, rollout = aRollout()) {
  const place = open({ app, replicas, rollout });
  await place.putRelease("v1", zipSync({ "app.js": strToU8(FALLIBLE) }));
  expectPlayed(await roll(driver, place.target, "v1"));
  return { ...place, settled: { ...place.target, current: "v1" } };
}

/** Asked at its own address: only this copy falls ill. */
async function fall(settled: TargetContext, version = "v1"): Promise<string> {
  const copy = (await replicasOf(settled)).find((one) => one.version === version);
  await fetch(`http://${copy!.address}/fall`);
  await expect
    .poll(async () => (await replicasOf(settled)).find(({ id }) => id === copy!.id)?.health, patience)
    .toBe("unhealthy");
  return copy!.id;
}

test("a sick copy that can be reached is started again, and its instance stays", async () => {
  const { settled, close } = await fallibleRelease("restarted", 2);
  const sick = await fall(settled);
  const results = await driver.repair(settled, await driver.inspect(settled));
  expect(results).toEqual([
    expect.objectContaining({ replica: sick, action: "restart", result: "repaired" }),
  ]);
  await expect.poll(() => healthOf(settled), patience).toEqual(["v1 healthy", "v1 healthy"]);
  expect((await replicasOf(settled)).map(({ id }) => id)).toContain(sick);
  await close();
});

test("one that nobody can reach is marked, and its group replaces it while the others serve", async () => {
  const { settled, load, close } = await fallibleRelease("unreached", 3);
  const sick = await fall(settled);
  await sandbox.machines.setOnline(sick, false);
  // What the sick copy itself answers is its own: only /healthz says 500, so no request of the load fails.
  const requests = load!((await driver.inspect(settled)).endpoint!);
  const results = await driver.repair(settled, await driver.inspect(settled));
  expect(results).toEqual([expect.objectContaining({ replica: sick, action: "replace", result: "begun" })]);
  await expect.poll(() => healthOf(settled), patience).toEqual(["v1 healthy", "v1 healthy", "v1 healthy"]);
  expect((await replicasOf(settled)).map(({ id }) => id)).not.toContain(sick);
  expect((await requests.stop()).failed).toBe(0);
  await close();
});

test("a group that somebody deletes in the middle is made again by the next step, and the way back is open", async () => {
  const rollout = aRollout({ batch: 1, maxSurge: 1, maxUnavailable: 0, drainSeconds: 1 });
  const { target, makeRelease, close } = open({ app: "deleted", replicas: 2, rollout });
  for (const version of ["v1", "v2"]) await makeRelease(version, "good");
  expectPlayed(await roll(driver, target, "v1"));
  const [image, first, ...others] = await planTo(driver, target, "v2");
  for (const step of [image!, first!]) expectPlayed(await playStep(driver, target, step));
  await removeGroup(target);
  for (const step of others) expectPlayed(await playStep(driver, target, step));
  await driver.tidy!(target);
  expect(await healthOf(target)).toEqual(["v2 healthy", "v2 healthy"]);
  expectPlayed(await roll(driver, target, "v1", true));
  expect(await healthOf(target)).toEqual(["v1 healthy", "v1 healthy"]);
  await close();
});

test("a group that is gone is seen by the next look, and healing makes it again", async () => {
  const { target, makeRelease, close } = open({ app: "vanished", replicas: 2 });
  await makeRelease("v1", "good");
  expectPlayed(await roll(driver, target, "v1"));
  await removeGroup(target);
  const settled = { ...target, current: "v1" };
  expect(await replicasOf(settled)).toEqual([]);
  await expect
    .poll(async () => {
      await driver.repair(settled, await driver.inspect(settled));
      return healthOf(settled);
    }, patience)
    .toEqual(["v1 healthy", "v1 healthy"]);
  await close();
});

test("a copy that falls ill between two batches is within the budget: the next batch has its group replace it", async () => {
  const rollout = aRollout({ batch: 1, maxSurge: 1, maxUnavailable: 0, maxFailures: 1, drainSeconds: 1 });
  const { target, settled, putRelease, load, close } = await fallibleRelease("between", 3, rollout);
  const requests = load!((await driver.inspect(settled)).endpoint!);
  await putRelease("v2", zipSync({ "app.js": strToU8(`// v2\n${FALLIBLE}`) }));
  const [image, first, ...others] = await planTo(driver, settled, "v2");
  for (const step of [image!, first!]) expectPlayed(await playStep(driver, target, step));
  const sick = await fall(settled, "v2");
  for (const step of others) expectPlayed(await playStep(driver, target, step));
  expect((await replicasOf(settled)).map(({ id }) => id)).not.toContain(sick);
  await driver.tidy!(target);
  await expect.poll(() => healthOf(settled), patience).toEqual(["v2 healthy", "v2 healthy", "v2 healthy"]);
  expect((await requests.stop()).failed).toBe(0);
  await close();
});

test("one that falls ill after the last batch is replaced by the tidying at the end", async () => {
  const { target, settled, load, close } = await fallibleRelease("last", 3);
  const requests = load!((await driver.inspect(settled)).endpoint!);
  const sick = await fall(settled);
  await driver.tidy!(target);
  await expect
    .poll(async () => (await replicasOf(settled)).map(({ id }) => id), patience)
    .not.toContain(sick);
  await expect.poll(() => healthOf(settled), patience).toEqual(["v1 healthy", "v1 healthy", "v1 healthy"]);
  expect((await requests.stop()).failed).toBe(0);
  await close();
});

test("healing has asked for each of its own permissions", () => {
  expectAsked(sandbox, "driver-vm", [
    "autoscaling:SetInstanceHealth",
    "ssm:SendCommand",
    "ssm:ListCommandInvocations",
  ]);
});

async function removeGroup(target: TargetContext): Promise<void> {
  const AutoScalingGroupName = groupOf(target);
  await clients.autoscaling.send(
    new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }),
  );
  await expect
    .poll(async () => {
      const request = { AutoScalingGroupNames: [AutoScalingGroupName] };
      const found = await clients.autoscaling.send(new DescribeAutoScalingGroupsCommand(request));
      return found.AutoScalingGroups!.length;
    }, patience)
    .toBe(0);
}

// What goes wrong with virtual machines, on the sandbox as it is on AWS: somebody ends a new instance, an image is gone, an app
// never listens, a release of long ago is wanted back after the sandbox was started again.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Driver, TargetContext } from "#core/driver/driver.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import type { VmSetup } from "#targets/vm/client.ts";
import { createVmDriver } from "#targets/vm/driver.ts";
import { asRoot } from "#test/contract/as-role.ts";
import { expectPlayed, planTo, playStep, roll, watchStep } from "#test/contract/roll.ts";
import { openVmWorld, vmClients, vmPlaces } from "#test/contract/vm-world.ts";
import { aRollout } from "#test/support/a-deployment.ts";

let sandbox: Sandbox;
let directory: string;
let driver: Driver;
let clients: VmSetup;
let environment: Partial<Environment>;

async function start(): Promise<void> {
  sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  clients = vmClients(asRoot(sandbox));
  driver = createVmDriver(clients);
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tutti-slow-"));
  await start();
  environment = await openVmWorld(sandbox);
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
});

const open = (overrides: Parameters<ReturnType<typeof vmPlaces>>[0] = {}) =>
  vmPlaces(sandbox, driver, environment)(overrides);

const versionsOf = async (target: TargetContext) =>
  (await driver.inspect(target)).replicas.map(({ version }) => version).sort();

test("a new instance that somebody ends in the middle is replaced, and no request fails", async () => {
  const { target, makeRelease, load, close } = open({ app: "ended", replicas: 3 });
  for (const version of ["v1", "v2"]) await makeRelease(version, "good");
  expectPlayed(await roll(driver, target, "v1"));
  const requests = load!((await driver.inspect(target)).endpoint!);
  const steps = await planTo(driver, target, "v2");
  let ended = false;
  for (const step of steps) {
    let progress = await driver.apply(target, step, null);
    if (step.type === "batch" && !ended) {
      progress = await until(target, step, progress, (ids) => ids.some((id) => id.startsWith("i-")));
      const [fresh] = newest(progress);
      await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [fresh!] }));
      ended = true;
    }
    expectPlayed(await watchStep(driver, target, step, progress));
  }
  await driver.tidy!(target);
  expect(await versionsOf(target)).toEqual(["v2", "v2", "v2"]);
  expect((await requests.stop()).failed).toBe(0);
  await close();
});

test("an image that is gone is baked again from the kept artifact", async () => {
  const { target, makeRelease, close } = open({ app: "imageless", replicas: 1 });
  for (const version of ["v1", "v2"]) await makeRelease(version, "good");
  expectPlayed(await roll(driver, target, "v1"));
  const [before] = await imagesOf("imageless");
  expectPlayed(await roll(driver, target, "v2"));
  await clients.ec2.send(new DeregisterImageCommand({ ImageId: before }));
  const labels = (await planTo(driver, target, "v1", true)).map(({ label }) => label);
  expect(labels[0]).toBe("Bake the image of v1");
  expectPlayed(await roll(driver, target, "v1", true));
  expect(await versionsOf(target)).toEqual(["v1"]);
  // Of the release that runs: nothing could be launched any more, and that is drift which healing mends.
  const [now] = (await imagesOf("imageless")).filter((id) => id !== before);
  expect(now).toBeDefined();
  const settled = { ...target, current: "v1" };
  for (const ImageId of await imagesOf("imageless"))
    await clients.ec2.send(new DeregisterImageCommand({ ImageId }));
  const fleet = await driver.inspect(settled);
  // Whoever takes an image away by hand leaves its snapshots, which is told as well.
  const [gone, ...others] = fleet.drift;
  expect(gone).toMatch(/^The image ami-\w+ of v1 is gone/);
  for (const other of others) expect(other).toMatch(/^snap-\w+ was left behind by imageless-/);
  await expect
    .poll(
      async () => {
        await driver.repair(settled, await driver.inspect(settled));
        return (await driver.inspect(settled)).drift;
      },
      { interval: 1_000 },
    )
    .toEqual([]);
  await close();
});

test("a base image that is not there, and an app that never listens, are told by name", async () => {
  const { target, makeRelease } = open({
    app: "baseless",
    vm: { baseImage: "ami-00000000000000000", keepSeconds: 0 },
  });
  await makeRelease("v1", "good");
  expect((await roll(driver, target, "v1")).reason).toMatch(
    /The builder could not be launched: .*ami-00000000000000000/,
  );
  const silent = open({ app: "silent" });
  await silent.makeRelease("v1", "silent");
  expect((await roll(driver, silent.target, "v1")).reason).toMatch(/nothing listens on 127\.[\d.]+:8080/);
});

/** Well or not as its dependency says: so it passes the test of its image and is sick in the group. */
const DEPENDENT = `const http = require("node:http");
const mode = () => new Promise((resolve) => http.get(process.env.MODE_URL, (answer) => {
  answer.setEncoding("utf8").on("data", resolve);
}));
mode().then((now) => {
  if (now === "crash") throw new Error("the dependency is gone");
  http.createServer(async (request, response) => {
    if (request.url === "/healthz" && (await mode()) !== "well") response.statusCode = 503;
    response.end("here");
  }).listen(process.env.PORT, process.env.HOST);
});`;

test.each([
  ["unwell", /: GET \/healthz answered 503$/],
  ["crash", /: crashed on start: exit code 1, last lines of its log:\n[\s\S]*Error: the dependency is gone/],
])(
  "a release that passed its test and is %s in the group is told in its own words, and gone back from",
  async (mode, reason) => {
    let now = "well";
    const dependency = createServer((_request, response) => response.end(now));
    await new Promise<void>((resolve) => dependency.listen(0, "127.0.0.1", resolve));
    const MODE_URL = `http://127.0.0.1:${(dependency.address() as AddressInfo).port}`;
    const { target, makeRelease, putRelease, load, close } = open({
      app: `sick-${mode}`,
      config: { MODE_URL },
    });
    await makeRelease("v1", "good");
    await putRelease("v2", zipSync({ "app.js": strToU8(DEPENDENT) }));
    expectPlayed(await roll(driver, target, "v1"));
    const [bake, first] = await planTo(driver, target, "v2");
    expectPlayed(await playStep(driver, target, bake!));
    const requests = load!((await driver.inspect(target)).endpoint!);
    now = mode;
    const failed = await playStep(driver, target, first!);
    expect(failed.reason).toMatch(reason);
    expectPlayed(await roll(driver, target, "v1", true));
    expect(await versionsOf(target)).toEqual(["v1", "v1"]);
    expect((await requests.stop()).failed).toBe(0);
    dependency.close();
    await close();
  },
);

test("three releases back, after the sandbox was started again, and older images are gone", async () => {
  const rollout = aRollout({ batch: 2, maxSurge: 2, maxUnavailable: 0, drainSeconds: 1 });
  const { target, makeRelease } = open({ app: "history", replicas: 2, rollout });
  const versions = ["v1", "v2", "v3", "v4", "v5", "v6", "v7"];
  for (const version of versions) {
    await makeRelease(version, "good");
    expectPlayed(await roll(driver, target, version));
  }
  // The five last releases keep their image.
  expect((await imagesOf("history")).length).toBe(5);
  await sandbox.stop();
  await start();
  expect((await planTo(driver, target, "v4", true)).map(({ type }) => type)).not.toContain("prepare");
  expectPlayed(await roll(driver, target, "v4", true));
  expect(await versionsOf(target)).toEqual(["v4", "v4"]);
  expect((await planTo(driver, target, "v1", true))[0]).toMatchObject({ type: "prepare" });
  expectPlayed(await roll(driver, target, "v1", true));
  expect(await versionsOf(target)).toEqual(["v1", "v1"]);
  await driver.retire(target);
  expect(await imagesOf("history")).toEqual([]);
  expect(await instancesOf("history")).toEqual([]);
});

type Progress = Awaited<ReturnType<Driver["apply"]>>;

function newest(progress: Progress): string[] {
  const replicas = progress.phase === "failed" ? [] : (progress.replicas ?? []);
  return replicas.filter((id) => id.startsWith("i-"));
}

async function until(
  target: TargetContext,
  step: Parameters<Driver["apply"]>[1],
  from: Progress,
  isSo: (replicas: string[]) => boolean,
): Promise<Progress> {
  let progress = from;
  while (progress.phase === "running" && !isSo(progress.replicas ?? [])) {
    await target.clock.sleep(20);
    progress = await driver.check(target, step, progress.state);
  }
  return progress;
}

async function imagesOf(app: string): Promise<string[]> {
  const { Images } = await clients.ec2.send(
    new DescribeImagesCommand({ Owners: ["self"], Filters: [{ Name: "tag:tutti:app", Values: [app] }] }),
  );
  return (Images ?? []).map(({ ImageId }) => ImageId!);
}

async function instancesOf(app: string): Promise<string[]> {
  const alive = { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] };
  const { Reservations } = await clients.ec2.send(
    new DescribeInstancesCommand({ Filters: [{ Name: "tag:tutti:app", Values: [app] }, alive] }),
  );
  return (Reservations ?? []).flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId!));
}

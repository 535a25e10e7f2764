// A bake that does not come to its own end: nobody wants its image any more, the house loses power, somebody stops the
// workflow. Each time no builder is left. The install script waits at a gate, so that the bake lasts as long as a test needs.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import type { DeploymentView } from "#client/views.ts";
import { NAMES } from "#test/contract/as-role.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { ownerOf } from "#test/support/owner.ts";
import {
  deploy,
  ENVIRONMENT,
  machineManifest,
  publish,
  serverCode,
  settled,
  start,
} from "#test/support/release-of.ts";

const APP = "gated";
const patience = { interval: 500 };
let house: TestHouse;
let client: Client;
let folder: string;
let releases = 0;

async function open(directory?: string): Promise<void> {
  house = await startHouse({ servers: 0, ...(directory ? { directory } : {}) });
  client = house.client;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-gate-"));
  await open();
  await client.apps.put(APP, machineManifest(APP));
  await publish(client, APP, "v1", serverCode("well"));
  expect(await deploy(client, APP, "v1")).toMatchObject({ status: "succeeded" });
});
afterAll(async () => {
  await house?.clear();
  rmSync(folder, { recursive: true, force: true });
});

let gate: string;
beforeEach(async () => {
  gate = join(folder, `gate-${releases}`);
  await client.apps.put(APP, { ...machineManifest(APP), build: { run: "install.sh" } });
});

const openGate = () => writeFileSync(gate, "");

/** A release whose install waits; answers its version. */
async function gated(): Promise<string> {
  releases += 1;
  const version = `gated-${releases}`;
  const install = `#!/bin/sh\nuntil [ -f ${gate} ]; do sleep 0.2; done\n`;
  await publish(client, APP, version, { ...serverCode("well"), "install.sh": install });
  return version;
}

/** Its builder stands, and its install waits at the gate. */
async function baking(version: string): Promise<DeploymentView> {
  const deployment = await start(client, APP, version);
  await expect.poll(async () => (await builders()).map(({ state }) => state), patience).toEqual(["running"]);
  return deployment;
}

async function builders() {
  const Filters = [
    { Name: "tag-key", Values: ["tutti:builder"] },
    { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
  ];
  const { Reservations = [] } = await new EC2Client(ownerOf(house)).send(
    new DescribeInstancesCommand({ Filters }),
  );
  return Reservations.flatMap(({ Instances = [] }) =>
    Instances.map((one) => ({ id: one.InstanceId!, state: one.State!.Name! })),
  );
}

/** Images that nobody has tested yet, and all snapshots that images are made of. */
async function unfinished() {
  const ec2 = new EC2Client(ownerOf(house));
  const Filters = [{ Name: "tag-key", Values: ["tutti:builder"] }];
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"], Filters }));
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"], Filters }));
  const images = Images.filter(({ Tags = [] }) => Tags.every(({ Key }) => Key !== "tutti:digest"));
  return { images: images.map(({ ImageId }) => ImageId!), snapshots: Snapshots.length };
}

async function stopBake(): Promise<void> {
  const { executionArn } = (await executions()).find(({ status }) => status === "RUNNING")!;
  await new SFNClient(ownerOf(house)).send(new StopExecutionCommand({ executionArn }));
}

async function executions() {
  const { executions = [] } = await new SFNClient(ownerOf(house)).send(
    new ListExecutionsCommand({ stateMachineArn: NAMES.imageMachineArn }),
  );
  return executions;
}

const lives = async () => {
  const { release, activeDeployment, replicas } = await client.targets.get(APP, ENVIRONMENT);
  return { release, activeDeployment, replicas: replicas.map(({ health }) => health) };
};
const asBefore = { release: "v1", activeDeployment: null, replicas: Array(3).fill("healthy") };

test("an abort stops the bake, and neither its builder nor a copy is left", async () => {
  const { id } = await baking(await gated());
  await client.deployments.act(id, "abort");
  expect(await settled(client, id)).toMatchObject({ status: "cancelled" });
  expect(await builders()).toEqual([]);
  expect((await executions())[0]).toMatchObject({ status: "ABORTED" });
  expect(await lives()).toEqual(asBefore);
});

test("what was aborted can be deployed again: its image is made anew", async () => {
  const version = await gated();
  const { id } = await baking(version);
  await client.deployments.act(id, "abort");
  await settled(client, id);
  openGate();
  expect(await deploy(client, APP, version)).toMatchObject({ status: "succeeded" });
  expect(await builders()).toEqual([]);
  expect(await deploy(client, APP, "v1")).toMatchObject({ status: "succeeded" });
});

test("a deployment that supersedes stops the bake of the one before", async () => {
  const { id } = await baking(await gated());
  const next = await client.deployments.create(APP, {
    environment: ENVIRONMENT,
    version: "v1",
    onConflict: "supersede",
  });
  expect(await settled(client, id)).toMatchObject({ status: "cancelled" });
  expect(await settled(client, next.id)).toMatchObject({ status: "succeeded" });
  expect(await builders()).toEqual([]);
  expect(await lives()).toEqual(asBefore);
});

test("a bake that a kill of everything cuts off is carried on, and leaves no builder", async () => {
  const version = await gated();
  const { id } = await baking(version);
  await house.kill();
  await open(house.directory);
  openGate();
  expect(await settled(client, id)).toMatchObject({ status: "succeeded" });
  expect(await builders()).toEqual([]);
  expect(await deploy(client, APP, "v1")).toMatchObject({ status: "succeeded" });
});

test("a builder that somebody left behind, who stopped the workflow, goes with the next healing", async () => {
  const { id } = await baking(await gated());
  await stopBake();
  const deployment = await settled(client, id);
  expect(deployment).toMatchObject({ status: "rolled_back" });
  expect(deployment.reason).toMatch(/could not be made: the workflow ended ABORTED/);
  await client.targets.heal(APP, ENVIRONMENT);
  await expect.poll(builders, patience).toEqual([]);
  expect(await lives()).toEqual(asBefore);
});

test("an image that was not tested yet, whose workflow somebody stopped, goes with the next healing, and so does its snapshot", async () => {
  const { id } = await baking(await gated());
  const before = await unfinished();
  expect(before.images).toEqual([]);
  openGate();
  await expect.poll(async () => (await unfinished()).images.length, { ...patience, interval: 50 }).toBe(1);
  await stopBake();
  expect(await settled(client, id)).toMatchObject({ status: "rolled_back" });
  expect((await unfinished()).images).toHaveLength(1);
  await client.targets.heal(APP, ENVIRONMENT);
  await expect.poll(unfinished, patience).toEqual(before);
  await expect.poll(builders, patience).toEqual([]);
  expect(await lives()).toEqual(asBefore);
});

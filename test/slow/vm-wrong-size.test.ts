// Healing of a whole house where somebody has launched a copy on another type of instance: pass after pass, each of which ends by
// itself, another copy comes, that one leaves traffic, and then it goes.
import { AutoScalingClient, UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateVersionCommand,
  EC2Client,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { diaries, diaryArchive } from "#test/contract/diary.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { ownerOf } from "#test/support/owner.ts";
import { deploy, ENVIRONMENT, machineManifest, publish, serverCode } from "#test/support/release-of.ts";

const PATIENCE = { timeout: 120_000, interval: 1000 };

let house: TestHouse;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.clear());

const templateOf = (app: string) => `tutti-vm-${app}_${ENVIRONMENT}`;

/** A version of the template as the first, with another type of instance. */
async function largeVersion(app: string): Promise<string> {
  const made = await new EC2Client(ownerOf(house)).send(
    new CreateLaunchTemplateVersionCommand({
      ...{ LaunchTemplateName: templateOf(app), SourceVersion: "1" },
      LaunchTemplateData: { InstanceType: "t4g.large" },
    }),
  );
  return String(made.LaunchTemplateVersion!.VersionNumber);
}

/** The group launches that version of the template from now on. */
async function launch(app: string, Version: string, more: object = {}): Promise<void> {
  const LaunchTemplateName = templateOf(app);
  const LaunchTemplate = { LaunchTemplateName, Version };
  const change = { AutoScalingGroupName: `${LaunchTemplateName}_a`, LaunchTemplate, ...more };
  await new AutoScalingClient(ownerOf(house)).send(new UpdateAutoScalingGroupCommand(change));
}

async function look(app: string) {
  const { replicas, drift } = await house.client.targets.get(app, ENVIRONMENT);
  return { copies: replicas.map(({ health, size }) => `${health} ${size}`).sort(), drift };
}

/** A pass while something is amiss; keeps the fewest healthy copies that were seen. */
function healing(app: string) {
  const seen = { fewest: Number.POSITIVE_INFINITY, all: new Set<string>() };
  const pass = async () => {
    const now = await look(app);
    seen.fewest = Math.min(seen.fewest, now.copies.filter((one) => one.startsWith("healthy")).length);
    for (const copy of now.copies) seen.all.add(copy);
    if (now.drift.length > 0) await house.client.targets.heal(app, ENVIRONMENT);
    return now;
  };
  return { seen, pass };
}

test("a copy of another type than its release's is replaced by passes that end, with never one fewer healthy", async () => {
  const app = "sized";
  const manifest = { ...machineManifest(app), replicas: 2, resources: { memoryMiB: 1000 } };
  await house.client.apps.put(app, manifest);
  await publish(house.client, app, "v1", serverCode("well"));
  expect(await deploy(house.client, app, "v1")).toMatchObject({ status: "succeeded" });
  await launch(app, await largeVersion(app), { DesiredCapacity: 3 });
  await expect.poll(async () => (await look(app)).copies, PATIENCE).toContain("healthy t4g.large");
  await launch(app, "1");
  const { seen, pass } = healing(app);
  const copies = Array(3).fill("healthy t4g.micro");
  await expect.poll(pass, PATIENCE).toEqual({ copies, drift: [] });
  expect(seen.fewest).toBe(3);
});

test("one with a disk of its own leaves first, and the one that takes its place goes on with the disk", async () => {
  const app = "kept";
  const volumes = [{ name: "data", path: "/data", sizeGiB: 1 }];
  const manifest = { ...machineManifest(app, { batch: 1, maxSurge: 0, maxUnavailable: 1 }), volumes };
  Object.assign(manifest, { replicas: 2, resources: { memoryMiB: 1000 } });
  await house.client.apps.put(app, manifest);
  await publish(house.client, app, "v1", Buffer.from(diaryArchive("v1")));
  expect(await deploy(house.client, app, "v1")).toMatchObject({ status: "succeeded" });
  const target = () => house.client.targets.get(app, ENVIRONMENT);
  const disks = async () => ((await target()).volumes ?? []).map(({ where }) => where).sort();
  const [before, [first]] = [await disks(), (await target()).replicas];
  expect(before).toHaveLength(2);
  await launch(app, await largeVersion(app));
  await new EC2Client(ownerOf(house)).send(new TerminateInstancesCommand({ InstanceIds: [first!.id] }));
  const sizes = async () => (await target()).replicas.map(({ size }) => size);
  await expect.poll(sizes, PATIENCE).toContain("t4g.large");
  await launch(app, "1");
  const { seen, pass } = healing(app);
  const copies = Array(2).fill("healthy t4g.micro");
  await expect.poll(pass, PATIENCE).toEqual({ copies, drift: [] });
  expect(seen.all).toContain("healthy t4g.large");
  expect(seen.fewest).toBe(1);
  expect(await disks()).toEqual(before);
  const whole = "begins v1, ends v1, begins v1, ends v1, begins v1";
  expect(await diaries(await target())).toEqual(["begins v1", whole]);
});

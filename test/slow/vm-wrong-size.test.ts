// Healing of a whole house where somebody has launched a copy on another type of instance: pass after pass, each of which ends by
// itself, another copy comes, that one leaves traffic, and then it goes.
import { AutoScalingClient, UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import { CreateLaunchTemplateVersionCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { ownerOf } from "#test/support/owner.ts";
import { deploy, ENVIRONMENT, machineManifest, publish, serverCode } from "#test/support/release-of.ts";

const APP = "sized";
const TEMPLATE = `tutti-vm-${APP}_${ENVIRONMENT}`;

let house: TestHouse;
beforeAll(async () => {
  house = await startHouse();
}, 180_000);
afterAll(() => house?.clear());

/** The group launches that version of the template from now on. */
async function launch(Version: string, more: object = {}): Promise<void> {
  const LaunchTemplate = { LaunchTemplateName: TEMPLATE, Version };
  const change = { AutoScalingGroupName: `${TEMPLATE}_a`, LaunchTemplate, ...more };
  await new AutoScalingClient(ownerOf(house)).send(new UpdateAutoScalingGroupCommand(change));
}

async function look() {
  const { replicas, drift } = await house.client.targets.get(APP, ENVIRONMENT);
  return { copies: replicas.map(({ health, size }) => `${health} ${size}`).sort(), drift };
}

test("a copy of another type than its release's is replaced by passes that end, with never one fewer healthy", async () => {
  const manifest = { ...machineManifest(APP), replicas: 2, resources: { memoryMiB: 1000 } };
  await house.client.apps.put(APP, manifest);
  await publish(house.client, APP, "v1", serverCode("well"));
  expect(await deploy(house.client, APP, "v1")).toMatchObject({ status: "succeeded" });
  const made = await new EC2Client(ownerOf(house)).send(
    new CreateLaunchTemplateVersionCommand({
      ...{ LaunchTemplateName: TEMPLATE, SourceVersion: "1" },
      LaunchTemplateData: { InstanceType: "t4g.large" },
    }),
  );
  await launch(String(made.LaunchTemplateVersion!.VersionNumber), { DesiredCapacity: 3 });
  const patience = { timeout: 120_000, interval: 1000 };
  await expect.poll(async () => (await look()).copies, patience).toContain("healthy t4g.large");
  await launch("1");
  let fewest = 3;
  const healed = async () => {
    const seen = await look();
    fewest = Math.min(fewest, seen.copies.filter((one) => one.startsWith("healthy")).length);
    if (seen.drift.length > 0) await house.client.targets.heal(APP, ENVIRONMENT);
    return seen;
  };
  const copies = Array(3).fill("healthy t4g.micro");
  await expect.poll(healed, patience).toEqual({ copies, drift: [] });
  expect(fewest).toBe(3);
}, 300_000);

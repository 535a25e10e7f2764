// Machines whose targets live in another account than Tutti: images are made and tested there, and groups, templates and instances are there and
// nowhere else, from the first release to the last heal.
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  EC2Client,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import {
  type Access,
  abroad,
  changeTrust,
  EXTERNAL_ID,
  makeMachinesPlace,
  makeTargetRole,
  OTHER,
} from "#test/support/other-account.ts";
import { type OwnHouse, openOwnHouse } from "#test/support/own-house.ts";
import { machineManifest, publish, serverCode, settled } from "#test/support/release-of.ts";

let house: OwnHouse;
let client: Client;
beforeAll(async () => {
  house = await openOwnHouse({ servers: 0, accounts: [OTHER] });
  ({ client } = house);
  await makeTargetRole(abroad(house), "vm");
  const place = await makeMachinesPlace(abroad(house));
  const accounts = { vm: { id: OTHER, externalId: EXTERNAL_ID } };
  await client.environments.put("abroad", { pools: {}, ...place, accounts });
  await client.apps.put("shop", { ...machineManifest("shop"), replicas: 2 });
  for (const version of ["v1", "v2"])
    await publish(client, "shop", version, { ...serverCode("well"), "version.txt": version });
});
afterAll(() => house?.close());

/** What there is of machines in an account: instances that are not gone, groups, templates, and images of its own. */
async function machinesOf(access: Access) {
  const ec2 = new EC2Client(access);
  const alive = { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] };
  const [instances, groups, templates, images] = await Promise.all([
    ec2.send(new DescribeInstancesCommand({ Filters: [alive] })),
    new AutoScalingClient(access).send(new DescribeAutoScalingGroupsCommand({})),
    ec2.send(new DescribeLaunchTemplatesCommand({})),
    ec2.send(new DescribeImagesCommand({ Owners: ["self"] })),
  ]);
  return {
    instances: (instances.Reservations ?? [])
      .flatMap((one) => one.Instances ?? [])
      .map((one) => one.InstanceId!),
    groups: groups.AutoScalingGroups!.length,
    templates: templates.LaunchTemplates!.length,
    images: images.Images!.length,
  };
}

const WELL = { status: "succeeded" };
const NOTHING = { instances: [], groups: 0, templates: 0, images: 0 };

async function deployAbroad(version: string) {
  const { id } = await client.deployments.create("shop", { environment: "abroad", version });
  return settled(client, id);
}

/** What the doctor finds wrong, of any kind: the load balancer is the machines', and nobody looks for it at home. */
async function wrong(): Promise<string[]> {
  const { checks } = await client.environments.doctor("abroad");
  return checks.filter(({ ok }) => !ok).map(({ path }) => path);
}

async function answers(): Promise<string> {
  const { endpoint } = await client.targets.get("shop", "abroad");
  return (await fetch(endpoint!)).text();
}

test("where the role does not trust the driver, or not what makes images, a deployment says so and leaves nothing", async () => {
  await changeTrust(abroad(house), "vm", "what-somebody-else-said");
  const refused = await deployAbroad("v1");
  expect(refused).toMatchObject({ status: "rolled_back" });
  expect(refused.reason).toContain("sts:AssumeRole was denied");
  expect(await wrong()).toEqual(["accounts.vm.id"]);
  await changeTrust(abroad(house), "vm", EXTERNAL_ID, ["tutti-driver-vm"]);
  const imageless = await deployAbroad("v1");
  expect(imageless).toMatchObject({ status: "rolled_back" });
  expect(imageless.reason).toMatch(
    /^The image of v1 could not be made: sts:AssumeRole was denied: .*tutti-image/,
  );
  expect(await machinesOf(abroad(house))).toEqual(NOTHING);
  await changeTrust(abroad(house), "vm");
  expect(await wrong()).toEqual([]);
});

test("a release is made into an image, tested and run in the other account, and nothing of it is at home", async () => {
  expect(await deployAbroad("v1")).toMatchObject(WELL);
  expect(await answers()).toBe("v1 is well");
  const there = await machinesOf(abroad(house));
  expect(there).toMatchObject({ groups: 1, templates: 1, images: 1 });
  expect(there.instances).toHaveLength(2);
  expect(await machinesOf(house.access())).toEqual(NOTHING);
});

test("the next release takes its place, and the way back needs no image to be made again", async () => {
  expect(await deployAbroad("v2")).toMatchObject(WELL);
  expect(await answers()).toBe("v2 is well");
  const { id } = await client.deployments.rollback("shop", { environment: "abroad" });
  expect(await settled(client, id)).toMatchObject({ ...WELL, version: "v1" });
  expect(await answers()).toBe("v1 is well");
  expect((await machinesOf(abroad(house))).images).toBe(2);
});

test("it scales, and a copy that is gone is replaced, over there", async () => {
  await client.targets.scale("shop", "abroad", 3);
  await expect.poll(copies).toHaveLength(3);
  const [gone] = await copies();
  await new EC2Client(abroad(house)).send(new TerminateInstancesCommand({ InstanceIds: [gone!] }));
  await client.targets.heal("shop", "abroad");
  await expect.poll(copies).toHaveLength(3);
  expect(await copies()).not.toContain(gone);
  expect((await machinesOf(abroad(house))).instances.sort()).toEqual((await copies()).sort());
});

async function copies(): Promise<string[]> {
  const { replicas } = await client.targets.get("shop", "abroad");
  return replicas.filter(({ health }) => health === "healthy").map(({ id }) => id);
}

test("the same release at home is an image of its own, and an app that goes leaves nothing in either account", async () => {
  const { id } = await client.deployments.create("shop", { environment: "dev", version: "v1" });
  expect(await settled(client, id)).toMatchObject(WELL);
  expect(await machinesOf(house.access())).toMatchObject({ groups: 1, templates: 1, images: 1 });
  await client.apps.remove("shop", { force: true });
  for (const access of [abroad(house), house.access()])
    await expect.poll(() => machinesOf(access)).toEqual(NOTHING);
});

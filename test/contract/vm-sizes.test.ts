// Vertical scaling of virtual machines: what the manifest asks for chooses the type of instance, a change of it rolls out and back as
// a release does, and another type that somebody chose by hand is told and put right.
import { UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { DIARY_SPEC, diaryArchive, disksOf } from "./diary.ts";
import { expectAsked } from "./expect-asked.ts";
import { expectPlayed, planTo, roll } from "./roll.ts";
import { openVmHouse, type VmHouse } from "./vm-world.ts";

let house: VmHouse;
beforeAll(async () => {
  house = await openVmHouse();
});
afterAll(() => house.close());

type Needs = { cpu: number; memoryMiB: number; diskGiB?: number };

function asking(target: TargetContext, resources: Needs): TargetContext {
  const { cpu, memoryMiB } = resources;
  const spec: Spec = { ...target.spec, resources, vm: { ...target.spec.vm, least: { cpu, memoryMiB } } };
  return { ...target, spec };
}

function within(target: TargetContext, instanceTypes: string[]): TargetContext {
  const { environment } = target;
  return { ...target, environment: { ...environment, vm: { ...environment.vm!, instanceTypes } } };
}

async function sizes(target: TargetContext): Promise<string[]> {
  const { replicas } = await house.driver.inspect(target);
  return replicas.map(({ version, health, size }) => `${version} ${health} ${size}`);
}

async function newestTemplate(target: TargetContext) {
  const LaunchTemplateName = `tutti-vm-shop_${target.environment.name}`;
  const wish = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName });
  const { LaunchTemplateVersions } = await house.clients.ec2.send(wish);
  return { LaunchTemplateName, newest: LaunchTemplateVersions![0]! };
}

test("resources choose the smallest type that fits, a change of them rolls out and back, and what fits nowhere is refused before anything changes", async () => {
  const { driver, open } = house;
  const { target: bare, makeRelease, load, close } = open({ replicas: 2 });
  for (const version of ["v1", "v2", "v3"]) await makeRelease(version, "good");
  const small = asking(bare, { cpu: 1, memoryMiB: 1000, diskGiB: 4 });
  const notes = await driver.notes!(small, "v1");
  expect(notes).toContain(
    "Each copy gets an instance of type t4g.micro (cpu 2, memoryMiB 1024), the smallest of t4g.* that has cpu 1, memoryMiB 1000.",
  );
  expect(notes).toContain("resources.diskGiB: the disk of each copy has 8 GiB, the image's own, and not 4.");
  expectPlayed(await roll(driver, small, "v1"));
  expect(await sizes(small)).toEqual(["v1 healthy t4g.micro", "v1 healthy t4g.micro"]);
  const large = within(asking(bare, { cpu: 1, memoryMiB: 3000, diskGiB: 20 }), ["t4g.*", "m7g.*"]);
  const steady = load!((await driver.inspect(small)).endpoint!);
  expectPlayed(await roll(driver, large, "v2"));
  expect(await sizes(large)).toEqual(["v2 healthy m7g.medium", "v2 healthy m7g.medium"]);
  const { LaunchTemplateData } = (await newestTemplate(bare)).newest;
  expect(LaunchTemplateData!.BlockDeviceMappings).toEqual([
    { DeviceName: "/dev/xvda", Ebs: { VolumeSize: 20 } },
  ]);
  const huge = within(asking(bare, { cpu: 1, memoryMiB: 300_000 }), ["t4g.*"]);
  await expect(planTo(driver, huge, "v3")).rejects.toMatchObject({
    code: "invalid_input",
    message:
      "No type of instance has cpu 1, memoryMiB 300000. Of 7 allowed (t4g.*): 7 have too little memoryMiB (most: 32768).",
  });
  expect(await sizes(large)).toEqual(["v2 healthy m7g.medium", "v2 healthy m7g.medium"]);
  // The environment has come to allow no such type: the way back is open all the same.
  expectPlayed(await roll(driver, within(small, ["t3.*"]), "v1", true));
  expect(await sizes(small)).toEqual(["v1 healthy t4g.micro", "v1 healthy t4g.micro"]);
  expect((await steady.stop()).failed).toBe(0);
  await close();
});

test("a type that is offered in every zone of the subnets is taken before a smaller one that is not, and where there is no other it is told", async () => {
  const { driver, open } = house;
  const { target: bare, makeRelease } = open({ replicas: 1 });
  await makeRelease("v1", "good");
  const target = asking(bare, { cpu: 1, memoryMiB: 1500 });
  expect((await driver.inspect(within(target, ["c7g.*", "m7g.*"]))).size).toBe("m7g.medium");
  const alone = within(target, ["c7g.*"]);
  expect((await driver.inspect(alone)).size).toBe("c7g.medium");
  expect(await driver.notes!(alone, "v1")).toContain(
    "Each copy gets an instance of type c7g.medium (cpu 1, memoryMiB 2048), the smallest of c7g.* that has cpu 1, memoryMiB 1500. EC2 does not offer it in us-east-1b: no copy comes up there.",
  );
  const { network } = alone.environment;
  const there = (subnetIds: string[]) => ({
    ...alone,
    environment: { ...alone.environment, network: { ...network!, subnetIds } },
  });
  expect((await driver.inspect(there(["subnet-sandbox-a"]))).size).toBe("c7g.medium");
  await expect(planTo(driver, there(["subnet-sandbox-b"]), "v1")).rejects.toMatchObject({
    code: "invalid_input",
    message: "No type of instance has cpu 1, memoryMiB 1500: EC2 offers none of c7g.* here.",
  });
});

test("an image is made where its type is, though the first subnet's zone has it not", async () => {
  const { driver, open } = house;
  const { target: bare, makeRelease, close } = open({ app: "shop-in-a", replicas: 1 });
  await makeRelease("v1", "good");
  const target = within(asking(bare, { cpu: 1, memoryMiB: 1500 }), ["c7g.*"]);
  const network = { subnetIds: ["subnet-sandbox-b", "subnet-sandbox-a"], securityGroupIds: [] };
  const there = { ...target, environment: { ...target.environment, network } };
  expectPlayed(await roll(driver, there, "v1"));
  expect(await sizes(there)).toEqual(["v1 healthy c7g.medium"]);
  await close();
});

test("a type that the environment does not allow is refused by its name, and one that it does is taken as it is", async () => {
  const { driver, open } = house;
  const { target, makeRelease } = open({ replicas: 1, vm: { keepSeconds: 0, instanceType: "t4g.large" } });
  await makeRelease("v1", "good");
  expect((await driver.inspect(within(target, ["t4g.*"]))).size).toBe("t4g.large");
  await expect(planTo(driver, within(target, ["m7g.*", "t4g.small"]), "v1")).rejects.toMatchObject({
    code: "invalid_input",
    errors: [{ path: "vm.instanceType" }],
    message: `${target.environment.name} allows no t4g.large: of m7g.*, t4g.small alone.`,
  });
  const checks = await driver.diagnose!(within(target, ["t4g.*", "t9.*"]).environment);
  expect(checks.find(({ path }) => path === "vm.instanceTypes")).toMatchObject({
    ok: false,
    detail: "EC2 offers none of t9.* here.",
  });
});

test("a copy of a type that somebody chose by hand is drift, and another takes its place with none fewer healthy", async () => {
  const { driver, open, clients } = house;
  const { target: bare, makeRelease, close } = open({ replicas: 2 });
  await makeRelease("v1", "good");
  const target = asking(bare, { cpu: 1, memoryMiB: 1000 });
  expectPlayed(await roll(driver, target, "v1"));
  const live = { ...target, current: "v1" };
  expect(await driver.inspect(live)).toMatchObject({ drift: [] });
  const { LaunchTemplateName, newest } = await newestTemplate(bare);
  const SourceVersion = String(newest.VersionNumber);
  const made = await clients.ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateName,
      SourceVersion,
      LaunchTemplateData: { InstanceType: "t4g.large" },
    }),
  );
  const AutoScalingGroupName = `${LaunchTemplateName}_a`;
  const launch = (Version: string, more: object = {}) =>
    clients.autoscaling.send(
      new UpdateAutoScalingGroupCommand({
        ...{ AutoScalingGroupName, LaunchTemplate: { LaunchTemplateName, Version } },
        ...more,
      }),
    );
  const number = String(made.LaunchTemplateVersion!.VersionNumber);
  await launch(number, { DesiredCapacity: 3 });
  const scaled = { ...live, spec: { ...live.spec, replicas: 3 } };
  const three = ["v1 healthy t4g.large", "v1 healthy t4g.micro", "v1 healthy t4g.micro"];
  await expect.poll(async () => (await sizes(scaled)).sort()).toEqual(three);
  expect((await driver.inspect(scaled)).drift).toEqual([
    `${AutoScalingGroupName} launches version ${number} of the template (t4g.large); the last deployment left it at v1.`,
  ]);
  await launch(SourceVersion);
  const before = await driver.inspect(scaled);
  const wrong = before.replicas.find(({ size }) => size === "t4g.large")!;
  expect(before.drift).toEqual([
    `${wrong.id} (t4g.large) should be of type t4g.micro, as ${AutoScalingGroupName} launches them.`,
  ]);
  let fewest = 3;
  const mended = async () => {
    const fleet = await driver.inspect(scaled);
    fewest = Math.min(fewest, fleet.replicas.filter(({ health }) => health === "healthy").length);
    if (fleet.drift.length > 0) await driver.repair(scaled, fleet);
    return fleet;
  };
  await expect.poll(mended).toMatchObject({ drift: [], desired: 3 });
  expect((await sizes(scaled)).sort()).toEqual(Array(3).fill("v1 healthy t4g.micro"));
  expect(fewest).toBe(3);
  await close();
});

test("one with a disk of its own is not taken out of traffic by the pass that gives it its disk, and then another goes on with the disk", async () => {
  const { driver, open, clients } = house;
  const { target: bare, putRelease, close } = open({ ...DIARY_SPEC, replicas: 1 });
  await putRelease("v1", diaryArchive("v1"));
  const target = asking(bare, { cpu: 1, memoryMiB: 1000 });
  expectPlayed(await roll(driver, target, "v1"));
  const live = { ...target, current: "v1" };
  const [disk] = await disksOf(driver, live);
  const LaunchTemplateName = `tutti-vm-diary_${target.environment.name}`;
  const { LaunchTemplateVersion } = await clients.ec2.send(
    new CreateLaunchTemplateVersionCommand({
      ...{ LaunchTemplateName, SourceVersion: "1" },
      LaunchTemplateData: { InstanceType: "t4g.large" },
    }),
  );
  const launch = (Version: string) =>
    clients.autoscaling.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: `${LaunchTemplateName}_a`,
        LaunchTemplate: { LaunchTemplateName, Version },
      }),
    );
  await launch(String(LaunchTemplateVersion!.VersionNumber));
  await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [disk!.copy!] }));
  await expect.poll(() => sizes(live)).toEqual(["v1 starting t4g.large"]);
  await launch("1");
  const seen: string[] = [];
  const mended = async () => {
    const fleet = await driver.inspect(live);
    for (const { action, result } of await driver.repair(live, fleet, { replicas: [], drift: true }))
      seen.push(`${action} ${result}`);
    return sizes(live);
  };
  await expect.poll(mended).toEqual(["v1 starting t4g.large"]);
  await expect.poll(mended).toEqual(["v1 healthy t4g.micro"]);
  expect(seen[0]).toBe("attached its disks begun");
  expect(seen).toContain("replace held");
  await close();
});

test("what was read of EC2 was read with the driver's own rights", () => {
  const calls = ["DescribeInstanceTypes", "DescribeInstanceTypeOfferings", "DescribeSubnets"];
  expectAsked(
    house.sandbox,
    "driver-vm",
    calls.map((call) => `ec2:${call}`),
  );
});

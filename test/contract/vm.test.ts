// The vm driver on the sandbox's EC2, Auto Scaling, Step Functions and load balancer: images baked by the real workflow, and
// instances that are real processes behind a real proxy.
import {
  DeletePolicyCommand,
  DescribeAutoScalingGroupsCommand,
  DescribePoliciesCommand,
  PutScalingPolicyCommand,
  SetDesiredCapacityCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateImageCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Driver, TargetContext } from "#core/driver/driver.ts";
import { deleteImage, findImages, readSnapshots, type VmSetup } from "#targets/vm/client.ts";
import { aRollout } from "#test/support/a-deployment.ts";
import { driverContract } from "./driver.ts";
import { expectPlayed, planTo, playStep, roll } from "./roll.ts";
import { BASE_IMAGE, openVmHouse, type VmHouse } from "./vm-world.ts";

let house: VmHouse;
let driver: Driver;
/** With the driver's grants, and with the owner's. */
let own: VmSetup;
let clients: VmSetup;
let open: VmHouse["open"];

beforeAll(async () => {
  house = await openVmHouse();
  ({ driver, own, clients, open } = house);
  // An image serves every environment of its app: this one keeps those of v1 and v2 for all tests.
  const keeper = open({ replicas: 1 });
  for (const version of ["v1", "v2"]) {
    await keeper.makeRelease(version, "good");
    expectPlayed(await roll(driver, keeper.target, version));
  }
});
afterAll(() => house.close());

driverContract("vm", async () => open(), {
  unhealthy: /The image of v\d could not be made: GET \/healthz answered 500/,
  crashing:
    /The image of v\d could not be made: crashed on start: exit code 3, last lines of its log:\nbroken on purpose/,
  otherDigest: /The artifact has the SHA-256 [0-9a-f]{64}, the release says 0{64}\./,
  noArchive: /The artifact is neither a \.tar\.gz nor a \.zip\./,
});

test("an install script that fails says its last lines, and leaves neither builder nor image", async () => {
  const { target, putRelease } = open({ build: { run: "install.sh" } });
  const script = "echo looking for the library\necho no such library >&2\nexit 7\n";
  await putRelease("v9", zipSync({ "app.js": strToU8(""), "install.sh": strToU8(script) }));
  const failed = await roll(driver, target, "v9");
  expect(failed.reason).toBe(
    "The image of v9 could not be made: install.sh ended with exit code 7, its last lines:\nlooking for the library\nno such library",
  );
  await expect.poll(() => builders(target)).toEqual([]);
});

test("3 more than there are, none fewer: with all the surge never fewer than 3 are healthy, never more than 6 there", async () => {
  const rollout = aRollout({ batch: 3, maxSurge: 3, maxUnavailable: 0, drainSeconds: 1 });
  const { target, makeRelease, close } = open({ replicas: 3, rollout });
  for (const version of ["v1", "v2"]) await makeRelease(version, "good");
  expectPlayed(await roll(driver, target, "v1"));
  const sampling = sample(target);
  expectPlayed(await roll(driver, target, "v2"));
  const seen = await sampling.stop();
  expect(seen.looks).toBeGreaterThan(10);
  expect({ fewest: seen.fewest, most: seen.most }).toEqual({ fewest: 3, most: 6 });
  await close();
});

test("a count that somebody changes in the middle is respected, and one copy more than it at most", async () => {
  const { target, makeRelease, close } = open({ replicas: 2 });
  for (const version of ["v1", "v2"]) await makeRelease(version, "good");
  expectPlayed(await roll(driver, target, "v1"));
  const steps = await planTo(driver, target, "v2");
  expectPlayed(await playStep(driver, target, steps[0]!));
  const AutoScalingGroupName = `tutti-vm-shop_${target.environment.name}_a`;
  await clients.autoscaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 4 }));
  const sampling = sample(target);
  for (const step of steps.slice(1)) expectPlayed(await playStep(driver, target, step));
  await driver.tidy!(target);
  const fleet = await driver.inspect(target);
  expect(fleet.replicas.map(({ version }) => version)).toEqual(["v2", "v2", "v2", "v2"]);
  expect(fleet.desired).toBe(4);
  expect((await sampling.stop()).most).toBeLessThanOrEqual(5);
  const { AutoScalingGroups } = await clients.autoscaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }),
  );
  const [group] = AutoScalingGroups!;
  expect(group!.SuspendedProcesses).toEqual([]);
  expect(group!.Tags!.map(({ Key }) => Key).sort()).toEqual([
    "tutti:app",
    "tutti:environment",
    "tutti:version",
  ]);
  await close();
});

test("a count that somebody sets while nothing is under way is drift, and put right", async () => {
  const { target, makeRelease, close } = open({ replicas: 2 });
  await makeRelease("v1", "good");
  expectPlayed(await roll(driver, target, "v1"));
  const live = { ...target, current: "v1" };
  const AutoScalingGroupName = `tutti-vm-shop_${target.environment.name}_a`;
  for (const DesiredCapacity of [3, 1]) {
    await clients.autoscaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));
    const fleet = await driver.inspect(live);
    expect(fleet.drift).toEqual([
      `${AutoScalingGroupName} keeps ${DesiredCapacity} copies; the last deployment left 2.`,
    ]);
    expect(await driver.repair(live, fleet, { replicas: [], drift: true })).toMatchObject([
      { action: "set the count", result: "repaired" },
    ]);
    const both = [{ health: "healthy" }, { health: "healthy" }];
    await expect
      .poll(() => driver.inspect(live), { timeout: 60_000 })
      .toMatchObject({ drift: [], desired: 2, replicas: both });
  }
  // Whoever scales it chooses the count.
  await clients.autoscaling.send(
    new PutScalingPolicyCommand({
      ...{ AutoScalingGroupName, PolicyName: "somebody's", PolicyType: "TargetTrackingScaling" },
      TargetTrackingConfiguration: {
        CustomizedMetricSpecification: {
          ...{ Namespace: "AWS/EC2", MetricName: "CPUUtilization", Statistic: "Average" },
          Dimensions: [{ Name: "AutoScalingGroupName", Value: AutoScalingGroupName }],
        },
        TargetValue: 50,
      },
    }),
  );
  await clients.autoscaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 3 }));
  expect(await driver.inspect(live)).toMatchObject({ drift: [], desired: 3 });
  await close();
});

const SCALING = {
  ...{ min: 2, max: 5, metric: "requestsPerReplica" as const, target: 50 },
  ...{ warmupSeconds: 60, scaleIn: true },
};

test("scaling is there at the end of a rollout, is read back, and what somebody changes is drift and put right", async () => {
  const { target, makeRelease, close } = open({ replicas: 2, scaling: SCALING });
  await makeRelease("v1", "good");
  expect(await driver.notes!(target, "v1")).toContain(
    "Scaling keeps 2 to 5 copies, aiming at 50 requests per second for each.",
  );
  expectPlayed(await roll(driver, target, "v1"));
  for (const _again of [1, 2]) await driver.tidy!(target);
  const live = { ...target, current: "v1" };
  const asMeant = { min: 2, max: 5, metric: "requestsPerReplica", target: 50, activities: [] };
  expect(await driver.inspect(live)).toMatchObject({ scaling: asMeant, drift: [] });
  const AutoScalingGroupName = `tutti-vm-shop_${target.environment.name}_a`;
  const PolicyName = "tutti-scaling";
  const sentences = async () => (await driver.inspect(live)).drift;
  await clients.autoscaling.send(new DeletePolicyCommand({ AutoScalingGroupName, PolicyName }));
  expect(await sentences()).toEqual([`${AutoScalingGroupName} is scaled by nothing: its policy is gone.`]);
  await driver.repair(live, await driver.inspect(live));
  await clients.autoscaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, MaxSize: 9 }));
  expect(await sentences()).toEqual([
    `${AutoScalingGroupName} is kept from 2 to 9; the release says from 2 to 5.`,
  ]);
  const other = { ...live, spec: { ...live.spec, scaling: { ...SCALING, target: 60 } } };
  expect((await driver.inspect(other)).drift).toEqual([
    `The scaling policy of ${AutoScalingGroupName} is not as the release has it.`,
  ]);
  await driver.repair(other, await driver.inspect(other));
  expect(await driver.inspect(other)).toMatchObject({ scaling: { ...asMeant, target: 60 }, drift: [] });
  await close();
});

test("scaling goes with the traffic to the other side, and goes where the release has none", async () => {
  const rollout = aRollout({ strategy: "blueGreen", weights: [100], drainSeconds: 1 });
  const vm = { keepSeconds: 0 };
  const { target, makeRelease, close } = open({ replicas: 2, scaling: SCALING, rollout, vm });
  for (const version of ["v1", "v2"]) await makeRelease(version, "good");
  for (const version of ["v1", "v2"]) {
    expectPlayed(await roll(driver, target, version));
    await driver.tidy!(target);
  }
  const AutoScalingGroupName = `tutti-vm-shop_${target.environment.name}_b`;
  const policies = async () =>
    (await clients.autoscaling.send(new DescribePoliciesCommand({}))).ScalingPolicies!.filter((one) =>
      one.AutoScalingGroupName!.includes(`_${target.environment.name}_`),
    );
  expect((await policies()).map((one) => one.AutoScalingGroupName)).toEqual([AutoScalingGroupName]);
  const { scaling: _none, ...spec } = target.spec;
  const without = { ...target, spec };
  expect((await driver.inspect({ ...without, current: "v2" })).drift).toEqual([
    `${AutoScalingGroupName} is scaled by a policy; the release asks for none.`,
  ]);
  await driver.tidy!(without);
  expect(await policies()).toEqual([]);
  expect(await driver.inspect({ ...without, current: "v2" })).toMatchObject({ drift: [] });
  await close();
});

test("the driver may end what it made for an app, and nobody else's instance", async () => {
  const { Instances } = await clients.ec2.send(
    new RunInstancesCommand({ ImageId: BASE_IMAGE, InstanceType: "t4g.nano", MinCount: 1, MaxCount: 1 }),
  );
  const InstanceIds = [Instances![0]!.InstanceId!];
  const ending = new TerminateInstancesCommand({ InstanceIds });
  await expect(own.ec2.send(ending)).rejects.toThrow(/is not authorized to perform: ec2:TerminateInstances/);
  await clients.ec2.send(ending);
});

test("of two that delete an image at once the slower one finds it gone, though it has no tag any more by which it may; a stranger's stays", async () => {
  const run = { ImageId: BASE_IMAGE, InstanceType: "t4g.small", MinCount: 1, MaxCount: 1 } as const;
  const { Instances } = await clients.ec2.send(new RunInstancesCommand(run));
  const { InstanceId } = Instances![0]!;
  const made = async (Name: string, key: string) => {
    const Tags = [{ Key: key, Value: "shop" }];
    const TagSpecifications = (["image", "snapshot"] as const).map((ResourceType) => ({
      ResourceType,
      Tags,
    }));
    const ask = new CreateImageCommand({ InstanceId, Name, NoReboot: true, TagSpecifications });
    await expect.poll(() => clients.ec2.send(ask).catch(() => null)).toBeTruthy();
    return (await findImages(own, [{ Name: "name", Values: [Name] }]))[0]!;
  };
  const image = await made("ours", "tutti:app");
  await Promise.all([deleteImage(own, image), deleteImage(own, image), deleteImage(own, image)]);
  const SnapshotIds = [image.BlockDeviceMappings![0]!.Ebs!.SnapshotId!];
  const look = clients.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds }));
  await expect(look).rejects.toMatchObject({ name: "InvalidSnapshot.NotFound" });
  const other = await made("theirs", "owner");
  await expect(deleteImage(own, other)).rejects.toMatchObject({ code: "platform_denied" });
  await deleteImage(clients, other);
  await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId!] }));
});

test("a snapshot whose image is gone is told and taken away; that of an image that stands, and a stranger's, stay", async () => {
  const { target, makeRelease, close } = open({ replicas: 1 });
  await makeRelease("v1", "good");
  expectPlayed(await roll(driver, target, "v1"));
  const live = { ...target, current: "v1" };
  const { VolumeId } = await clients.ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1, VolumeType: "gp3" }),
  );
  const take = async (app: string) => {
    const Tags = Object.entries({ "tutti:app": app, "tutti:environment": "gone", "tutti:builder": "shop-1" });
    const TagSpecifications = [
      { ResourceType: "snapshot" as const, Tags: Tags.map(([Key, Value]) => ({ Key, Value })) },
    ];
    const asked = new CreateSnapshotCommand({ VolumeId, TagSpecifications });
    await expect.poll(() => clients.ec2.send(asked).catch(() => null), { timeout: 20_000 }).toBeTruthy();
  };
  await take("shop");
  await take("another");
  const snapshots = async () => (await readSnapshots(clients, [])).map(({ SnapshotId = "" }) => SnapshotId);
  const before = await snapshots();
  const { drift } = await driver.inspect(live);
  expect(drift).toHaveLength(1);
  const [, left = ""] = /^(snap-[0-9a-f]+) was left behind by shop-1, which made an image\.$/.exec(
    drift[0]!,
  )!;
  expect(await driver.repair(live, await driver.inspect(live))).toMatchObject([
    { replica: left, action: "taken away", result: "repaired" },
  ]);
  expect(await snapshots()).toEqual(before.filter((one) => one !== left));
  expect((await driver.inspect(live)).drift).toEqual([]);
  await close();
});

test("an image whose snapshot may not be deleted goes, and who asked is told of the snapshot that stays", async () => {
  const { target, makeRelease, close } = open({ app: "kept-snapshot", replicas: 1 });
  await makeRelease("v1", "good");
  expectPlayed(await roll(driver, target, "v1"));
  const [image] = await findImages(own, [{ Name: "tag:tutti:app", Values: ["kept-snapshot"] }]);
  const SnapshotId = image!.BlockDeviceMappings![0]!.Ebs!.SnapshotId!;
  const Tags = [{ Key: "tutti:app" }];
  await clients.ec2.send(new DeleteTagsCommand({ Resources: [SnapshotId], Tags }));
  await expect(deleteImage(own, image!)).rejects.toMatchObject({
    code: "platform_denied",
    message: expect.stringMatching(/^ec2:DeleteSnapshot was denied/),
  });
  expect(await findImages(own, [{ Name: "image-id", Values: [image!.ImageId!] }])).toEqual([]);
  await deleteImage(clients, image!);
  expect(await readSnapshots(clients, [{ Name: "snapshot-id", Values: [SnapshotId] }])).toEqual([]);
  await close();
});

async function builders(target: TargetContext): Promise<unknown[]> {
  const { Reservations } = await clients.ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: "tag:tutti:environment", Values: [target.environment.name] },
        { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
      ],
    }),
  );
  return (Reservations ?? []).flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId));
}

/** Every 50 ms: how many are healthy in traffic, and how many there are at all. */
function sample(target: TargetContext) {
  const seen = { looks: 0, fewest: Number.POSITIVE_INFINITY, most: 0 };
  let stopped = false;
  const looking = (async () => {
    while (!stopped) {
      const { replicas } = await driver.inspect(target);
      const healthy = replicas.filter(({ health }) => health === "healthy").length;
      seen.looks += 1;
      seen.fewest = Math.min(seen.fewest, healthy);
      seen.most = Math.max(seen.most, replicas.length);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await looking;
      return seen;
    },
  };
}

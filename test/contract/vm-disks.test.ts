// Disks of virtual machines on the sandbox's EC2: what a release writes the next one finds, whoever ends the instance, and each
// begins only when the one before has let go.
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { GetCommandInvocationCommand, SendCommandCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Fleet } from "#core/domain/replica.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Driver } from "#core/driver/driver.ts";
import type { Sandbox } from "#sandbox/sandbox.ts";
import type { VmSetup } from "#targets/vm/client.ts";
import { NAMES } from "./as-role.ts";
import { allWell, DIARY_SPEC, diaries, diaryArchive, disksOf, healUntil } from "./diary.ts";
import { expectPlayed, roll } from "./roll.ts";
import { openVmHouse, type VmHouse } from "./vm-world.ts";

let house: VmHouse;
let sandbox: Sandbox;
let driver: Driver;
/** With the driver's grants, and with the owner's. */
let own: VmSetup;
let clients: VmSetup;
let open: VmHouse["open"];

beforeAll(async () => {
  house = await openVmHouse();
  ({ sandbox, driver, own, clients, open } = house);
});
afterAll(() => house.close());

/** Images serve every environment of an app: each version is baked once. */
async function place(spec: Partial<Spec>) {
  const made = open({ ...DIARY_SPEC, ...spec });
  for (const version of ["v1", "v2"]) await made.putRelease(version, diaryArchive(version));
  return made;
}

test("what v1 wrote v2 reads, and v1 again: each begins only when the one before has ended, with a snapshot between them", async () => {
  const volumes = [{ ...DIARY_SPEC.volumes![0]!, snapshot: true }];
  const { target } = await place({ replicas: 1, volumes });
  expectPlayed(await roll(driver, target, "v1"));
  const [before] = await disksOf(driver, target);
  for (const version of ["v2", "v1"]) expectPlayed(await roll(driver, target, version));
  const fleet = await driver.inspect(target);
  expect(await diaries(fleet)).toEqual(["begins v1, ends v1, begins v2, ends v2, begins v1"]);
  expect(fleet.volumes).toMatchObject([{ name: "data", sizeGiB: 1, copy: fleet.replicas[0]!.id }]);
  expect((await disksOf(driver, target))[0]!.id).toBe(before!.id);
  const Filters = [{ Name: "tag:tutti:environment", Values: [target.environment.name] }];
  const { Snapshots } = await clients.ec2.send(
    new DescribeSnapshotsCommand({ Filters: [...Filters, { Name: "tag-key", Values: ["tutti:slot"] }] }),
  );
  expect(Snapshots!.map(({ Description }) => Description).sort()).toEqual(
    ["v1", "v2"].map((version) => `diary/${target.environment.name}: data 1 as ${version} left it`),
  );
  const notes: string[] = [];
  const noting = { ...target, note: (sentence: string) => void notes.push(sentence) };
  const where = `diary/${target.environment.name}`;
  await driver.retire(noting);
  const { Volumes } = await clients.ec2.send(new DescribeVolumesCommand({ VolumeIds: [before!.id] }));
  expect(Volumes![0]!.State).toBe("available");
  for (const _again of [1, 2]) await driver.retire(noting, { deleteVolumes: true });
  expect(notes).toEqual([
    `${where}: keeps its disks: data 1 (${before!.id})`,
    `${where}: deleted its disks: data 1 (${before!.id})`,
  ]);
  await expect(clients.ec2.send(new DescribeVolumesCommand({ VolumeIds: [before!.id] }))).rejects.toThrow(
    "does not exist",
  );
  expect((await clients.ec2.send(new DescribeSnapshotsCommand({ Filters }))).Snapshots).toEqual([]);
});

/** Of the only disk of an instance: what it says of its file system, by the instance's own commands. */
async function fileSystemOn(InstanceId: string): Promise<string> {
  const commands = ['blkid -p "$(lsblk -dpnro NAME,SERIAL | cut -d" " -f1)"'];
  const { Command } = await clients.ssm.send(
    new SendCommandCommand({
      InstanceIds: [InstanceId],
      DocumentName: "AWS-RunShellScript",
      Parameters: { commands },
    }),
  );
  const asked = new GetCommandInvocationCommand({ CommandId: Command!.CommandId!, InstanceId });
  const said = async () => (await clients.ssm.send(asked)).StandardOutputContent;
  await expect.poll(said).toMatch(/TYPE="ext4"/);
  return (await said())!;
}

test("a disk grows with the release that asks for more, with its file system and all that is on it, and does not shrink on the way back", async () => {
  const { target, close } = await place({ replicas: 1 });
  expectPlayed(await roll(driver, target, "v1"));
  const [before] = await disksOf(driver, target);
  const holder = async () => (await driver.inspect(target)).replicas[0]!.id;
  expect(await fileSystemOn(await holder())).toContain('FSSIZE="1073741824"');
  const volumes = [{ ...DIARY_SPEC.volumes![0]!, sizeGiB: 3 }];
  const larger = { ...target, spec: { ...target.spec, volumes } };
  expect(await driver.notes!(larger, "v2")).toContain(
    `The disk data 1 (${before!.id}) grows from 1 to 3 GiB, with its file system, when its next copy gets it.`,
  );
  expectPlayed(await roll(driver, larger, "v2"));
  expect(await fileSystemOn(await holder())).toContain('FSSIZE="3221225472"');
  expect(await driver.notes!(target, "v1")).toContain(
    `The disk data 1 (${before!.id}) has 3 GiB and keeps them: a disk does not shrink to 1.`,
  );
  expectPlayed(await roll(driver, target, "v1"));
  const fleet = await driver.inspect(target);
  expect(fleet.volumes).toMatchObject([{ name: "data", sizeGiB: 3, copy: await holder() }]);
  expect(await fileSystemOn(await holder())).toContain('FSSIZE="3221225472"');
  expect(await diaries(fleet)).toEqual(["begins v1, ends v1, begins v2, ends v2, begins v1"]);
  expect((await disksOf(driver, target))[0]!.id).toBe(before!.id);
  await close();
});

test("two copies have a disk each, and one that is killed is followed by its disk", async () => {
  const { target, close } = await place({ replicas: 2 });
  expectPlayed(await roll(driver, target, "v1"));
  expect(await diaries(await driver.inspect(target))).toEqual(["begins v1", "begins v1"]);
  const before = await disksOf(driver, target);
  expect(new Set(before.map(({ id }) => id)).size).toBe(2);
  const InstanceIds = [before[0]!.copy!];
  await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
  const isReplaced = ({ replicas }: Fleet) => !replicas.some(({ id }) => InstanceIds.includes(id));
  const fleet = await healUntil(driver, target, "v1", (seen) => isReplaced(seen) && allWell(2)(seen));
  expect(await diaries(fleet)).toEqual(["begins v1", "begins v1, ends v1, begins v1"]);
  const after = await disksOf(driver, target);
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  expect(after[1]).toEqual(before[1]);
  await close();
});

test("the driver attaches what is Tutti's, and nobody else's volume", async () => {
  const made = await clients.ec2.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1 }));
  const input = { VolumeId: made.VolumeId, InstanceId: "i-0123456789abcdef0", Device: "/dev/sdf" };
  await expect(own.ec2.send(new AttachVolumeCommand(input))).rejects.toThrow(
    /is not authorized to perform: ec2:AttachVolume/,
  );
});

test("every permission for disks is asked for above", () => {
  const asked = sandbox.askedBy(NAMES.roleArn("driver-vm")).allowed.map(({ action }) => action);
  expect(asked).toEqual(
    expect.arrayContaining([
      "ec2:AttachVolume",
      "ec2:CreateSnapshot",
      "ec2:CreateVolume",
      "ec2:DeleteVolume",
      "ec2:DescribeSnapshots",
      "ec2:DescribeVolumes",
      "ec2:DescribeVolumesModifications",
      "ec2:ModifyVolume",
    ]),
  );
});

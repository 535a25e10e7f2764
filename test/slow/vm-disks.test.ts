// What becomes of the disks of virtual machines over days: zones, many releases, one that is broken, and copies that come and go.
import { UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import { DescribeSnapshotsCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Spec } from "#core/domain/spec.ts";
import type { Driver } from "#core/driver/driver.ts";
import type { VmSetup } from "#targets/vm/client.ts";
import { allWell, DIARY_SPEC, diaries, diaryArchive, disksOf, healUntil } from "#test/contract/diary.ts";
import { expectPlayed, roll } from "#test/contract/roll.ts";
import { openVmHouse, type VmHouse } from "#test/contract/vm-world.ts";

let house: VmHouse;
let driver: Driver;
let clients: VmSetup;
let open: VmHouse["open"];

beforeAll(async () => {
  house = await openVmHouse();
  ({ driver, clients, open } = house);
});
afterAll(() => house.close());

async function place(spec: Partial<Spec>) {
  const made = open({ ...DIARY_SPEC, ...spec });
  for (const version of ["v1", "v2"]) await made.putRelease(version, diaryArchive(version));
  return made;
}

test("a copy that comes up where its disk is not goes, and the next one comes up where it is", async () => {
  const { target, close } = await place({ replicas: 1 });
  expectPlayed(await roll(driver, target, "v1"));
  const [disk] = await disksOf(driver, target);
  const AutoScalingGroupName = `tutti-vm-diary_${target.environment.name}_a`;
  // As where somebody changed the group's subnets by hand, and its instance died.
  await clients.autoscaling.send(
    new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, VPCZoneIdentifier: "subnet-sandbox-b" }),
  );
  await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [disk!.copy!] }));
  const fleet = await healUntil(
    driver,
    target,
    "v1",
    (seen) => allWell(1)(seen) && seen.replicas[0]!.id !== disk!.copy,
  );
  expect(await diaries(fleet)).toEqual(["begins v1, ends v1, begins v1"]);
  expect(await disksOf(driver, target)).toEqual([{ id: disk!.id, copy: fleet.replicas[0]!.id }]);
  await close();
});

test("two copies go through five releases one after the other, no disk is lost or shared, and three snapshots of each are kept", async () => {
  const volumes = [{ ...DIARY_SPEC.volumes![0]!, snapshot: true }];
  const { target, close } = await place({ replicas: 2, volumes });
  for (const version of ["v1", "v2", "v1", "v2", "v1"]) expectPlayed(await roll(driver, target, version));
  const whole = "begins v1, ends v1, begins v2, ends v2, begins v1, ends v1, begins v2, ends v2, begins v1";
  expect(await diaries(await driver.inspect(target))).toEqual([whole, whole]);
  const Filters = [{ Name: "tag:tutti:environment", Values: [target.environment.name] }];
  const { Snapshots } = await clients.ec2.send(
    new DescribeSnapshotsCommand({ Filters: [...Filters, { Name: "tag-key", Values: ["tutti:slot"] }] }),
  );
  const left = Snapshots!.map(({ Description }) => Description!.split(": ")[1]).sort();
  expect(left).toEqual(
    [1, 2].flatMap((slot) => ["v1", "v2", "v2"].map((version) => `data ${slot} as ${version} left it`)),
  );
  await close();
});

test("an app that had no disks gets them with its next release, and goes back to having none", async () => {
  const { target, close } = await place({ replicas: 1 });
  const { volumes: _none, ...spec } = target.spec;
  const before = { ...target, spec: { ...spec, start: "TUTTI_VOLUME_DATA=. node app.js" } };
  expectPlayed(await roll(driver, before, "v1"));
  expect(await diaries(await driver.inspect(before))).toEqual(["begins v1"]);
  expectPlayed(await roll(driver, target, "v2"));
  const [disk] = await disksOf(driver, target);
  expect(await diaries(await driver.inspect(target))).toEqual(["begins v2"]);
  expectPlayed(await roll(driver, before, "v1"));
  expect((await driver.inspect(before)).volumes).toBeUndefined();
  expectPlayed(await roll(driver, target, "v2"));
  expect(await diaries(await driver.inspect(target))).toEqual(["begins v2, ends v2, begins v2"]);
  expect((await disksOf(driver, target))[0]!.id).toBe(disk!.id);
  await close();
});

// How many releases of virtual machines are kept: template versions and images of the last five, the one that runs, and the version that EC2
// keeps as its default. Each release is another image, as a long life makes them.
import { DescribeImagesCommand, DescribeLaunchTemplateVersionsCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectAsked } from "#test/contract/expect-asked.ts";
import { expectPlayed, roll } from "#test/contract/roll.ts";
import { openVmHouse, type VmHouse } from "#test/contract/vm-world.ts";
import { aRollout } from "#test/support/a-deployment.ts";

const RELEASES = ["v1", "v2", "v3", "v4", "v5", "v6", "v7"];
const DEFAULT = "v1";
const KEPT = ["v3", "v4", "v5", "v6", "v7"];

let house: VmHouse;
beforeAll(async () => {
  house = await openVmHouse();
});
afterAll(() => house?.close());

test("after seven releases five are kept, with their images, and going back to one that went makes its image again", async () => {
  const { driver, clients, open, sandbox } = house;
  const rollout = aRollout({ strategy: "allAtOnce", drainSeconds: 0 });
  const { target, makeRelease, close } = open({ app: "aged", replicas: 1, rollout });
  const versionsOf = async () => {
    const LaunchTemplateName = `tutti-vm-${target.app}_${target.environment.name}`;
    const found = await clients.ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName }));
    const tags = found.LaunchTemplateVersions!.map(
      ({ LaunchTemplateData }) =>
        LaunchTemplateData!.TagSpecifications![0]!.Tags!.find(({ Key }) => Key === "tutti:version")!.Value!,
    );
    return tags.sort();
  };
  const imageCount = async () => {
    const Filters = [{ Name: "tag:tutti:app", Values: [target.app] }];
    return (await clients.ec2.send(new DescribeImagesCommand({ Owners: ["self"], Filters }))).Images!.length;
  };
  for (const version of RELEASES) {
    await makeRelease(version, "good");
    expectPlayed(await roll(driver, target, version));
  }
  expect(await versionsOf()).toEqual([DEFAULT, ...KEPT]);
  expect(await imageCount()).toBe(KEPT.length);
  expectPlayed(await roll(driver, target, "v2", true));
  const { replicas } = await driver.inspect(target);
  expect(replicas.map(({ version, health }) => `${version} ${health}`)).toEqual(["v2 healthy"]);
  expect(await versionsOf()).toEqual([DEFAULT, "v2", "v4", "v5", "v6", "v7"]);
  await close();
  expect(await imageCount()).toBe(0);
  expectAsked(sandbox, "driver-vm", ["ec2:DeleteLaunchTemplateVersions", "ec2:DeregisterImage"]);
});

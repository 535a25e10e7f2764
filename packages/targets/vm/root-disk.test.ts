import type { Image } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { rootDisk, rootDiskNotes } from "./root-disk.ts";

/** Ubuntu's root device, and a second disk beside it. */
const IMAGE: Image = {
  RootDeviceName: "/dev/sda1",
  BlockDeviceMappings: [
    { DeviceName: "/dev/sdb", Ebs: { VolumeSize: 100 } },
    { DeviceName: "/dev/sda1", Ebs: { VolumeSize: 8 } },
  ],
};

test("a larger disk than the image's is asked of the image's own root device", () => {
  expect(rootDisk(IMAGE, 20)).toEqual({
    BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { VolumeSize: 20 } }],
  });
  expect(rootDiskNotes(IMAGE, 20)).toEqual([]);
});

test("as much or less is left to the image, and less is told", () => {
  for (const diskGiB of [undefined, 8, 4]) expect(rootDisk(IMAGE, diskGiB)).toEqual({});
  expect([undefined, 8].flatMap((diskGiB) => rootDiskNotes(IMAGE, diskGiB))).toEqual([]);
  expect(rootDiskNotes(IMAGE, 4)).toEqual([
    "resources.diskGiB: the disk of each copy has 8 GiB, the image's own, and not 4.",
  ]);
});

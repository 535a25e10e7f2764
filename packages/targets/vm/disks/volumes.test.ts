import {
  DescribeVolumesModificationsCommand,
  EC2Client,
  ModifyVolumeCommand,
  type VolumeModification,
} from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { mocked } from "#test/support/mocked.ts";
import type { Disk } from "./slots.ts";
import { hasGrown } from "./volumes.ts";

const DISK = { id: "vol-1", sizeGiB: 10 } as Disk;

/** What a look at a disk of 10 GiB finds and asks for, where it is to have so many. */
async function look(wantedGiB: number, state?: VolumeModification["ModificationState"], refusal?: string) {
  const ec2 = mocked(EC2Client);
  const VolumesModifications = state === undefined ? [] : [{ VolumeId: "vol-1", ModificationState: state }];
  ec2.on(DescribeVolumesModificationsCommand).resolves({ VolumesModifications });
  const error = Object.assign(new Error("no"), { name: refusal });
  if (refusal) ec2.on(ModifyVolumeCommand).rejects(error);
  else ec2.on(ModifyVolumeCommand).resolves({});
  const grown = await hasGrown({ ec2: new EC2Client({ region: "eu-central-1" }) }, DISK, wantedGiB);
  const asked = ec2.commandCalls(ModifyVolumeCommand).map(({ args }) => args[0].input);
  ec2.restore();
  return { grown, asked };
}

test("a disk that is large enough is as it should be, and nothing is asked for", async () => {
  expect(await look(10)).toEqual({ grown: true, asked: [] });
  expect(await look(5, "completed")).toEqual({ grown: true, asked: [] });
});

test("one that is smaller is asked to grow, again where that failed, and has grown when EC2 calls it optimizing", async () => {
  const asked = [{ VolumeId: "vol-1", Size: 20 }];
  expect(await look(20)).toEqual({ grown: false, asked });
  expect(await look(20, "failed")).toEqual({ grown: false, asked });
  expect(await look(10, "modifying")).toEqual({ grown: false, asked: [] });
  expect(await look(10, "optimizing")).toEqual({ grown: true, asked: [] });
});

test("while the change before is not over it waits; what EC2 does not do any more today is an error that says so", async () => {
  expect(await look(20, "optimizing", "IncorrectModificationState")).toMatchObject({ grown: false });
  await expect(look(20, "completed", "VolumeModificationRateExceeded")).rejects.toMatchObject({
    code: "driver_failed",
    message: expect.stringContaining("VolumeModificationRateExceeded"),
  });
});

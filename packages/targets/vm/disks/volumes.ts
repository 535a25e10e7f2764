// The calls to EC2 about volumes and snapshots. What another run was faster with, or what is not possible at the moment, is an
// answer and no error: the next look finds what is.
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  type DescribeVolumesCommandOutput,
  DescribeVolumesModificationsCommand,
  type Volume as Ec2Volume,
  ModifyVolumeCommand,
  type Snapshot,
} from "@aws-sdk/client-ec2";
import { callAws, isAwsError } from "#targets/host/call-aws.ts";
import { deleting, readSnapshots, tagFilters, type Vm } from "../client.ts";
import { hashOf, type Owner, ownerTags, TAGS, tagList, tagsOf } from "../naming.ts";
import type { Disk, Order } from "./slots.ts";

type Ec2 = Pick<Vm, "ec2">;

/** All of the target, in any state but on its way out. */
export async function findDisks({ ec2 }: Ec2, owner: Owner): Promise<Disk[]> {
  const Filters = [...tagFilters(ownerTags(owner)), { Name: "tag-key", Values: [TAGS.slot] }];
  const found: Ec2Volume[] = [];
  let NextToken: string | undefined;
  do {
    const page: DescribeVolumesCommandOutput = await callAws("ec2:DescribeVolumes", (abortSignal) =>
      ec2.send(new DescribeVolumesCommand({ Filters, NextToken }), { abortSignal }),
    );
    found.push(...(page.Volumes ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found.filter(({ State }) => !/^delet|^error/.test(State ?? "")).map(diskOf);
}

function diskOf({ VolumeId, AvailabilityZone, Size, State, Attachments, Tags }: Ec2Volume): Disk {
  const tags = tagsOf(Tags);
  const attachment = (Attachments ?? []).find((one) => one.State !== "detached");
  return {
    id: VolumeId!,
    name: tags[TAGS.volume] ?? "",
    slot: Number(tags[TAGS.slot]),
    zone: AvailabilityZone ?? "",
    sizeGiB: Size ?? 0,
    isFree: State === "available" && attachment === undefined,
    instanceId: attachment?.InstanceId ?? null,
    isThere: attachment?.State === "attached",
    device: attachment?.Device ?? null,
    preparedFor: tags[TAGS.preparedFor] ?? "",
    version: tags[TAGS.version] ?? "",
  };
}

/** Asked twice for the same copy it is one volume. */
export async function createDisk(
  { ec2 }: Ec2,
  owner: Owner,
  { copy, slot, zone, volume }: Extract<Order, { kind: "create" }>,
): Promise<string> {
  const tags = {
    ...ownerTags(owner),
    [TAGS.volume]: volume.name,
    [TAGS.slot]: String(slot),
    Name: `${owner.app}-${owner.environment} ${volume.name} ${slot}`,
  };
  const answer = await callAws("ec2:CreateVolume", (abortSignal) =>
    ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: zone,
        Size: volume.sizeGiB,
        VolumeType: "gp3",
        Encrypted: true,
        ClientToken: hashOf([owner, slot, volume.name, copy]).slice(0, 64),
        TagSpecifications: [{ ResourceType: "volume", Tags: tagList(tags) }],
      }),
      { abortSignal },
    ),
  );
  return answer.VolumeId!;
}

/**
 * Whether the disk is as large as that; where it is smaller EC2 is asked to make it grow, and has done so when the change is optimizing, after
 * seconds mostly (EBS user guide, "Monitor the progress of volume modifications"). At most four times in 24 hours (EC2 API reference, ModifyVolume).
 */
export async function hasGrown({ ec2 }: Ec2, { id, sizeGiB }: Disk, wantedGiB: number): Promise<boolean> {
  const Filters = [{ Name: "volume-id", Values: [id] }];
  const { VolumesModifications: [last] = [] } = await callAws(
    "ec2:DescribeVolumesModifications",
    (abortSignal) => ec2.send(new DescribeVolumesModificationsCommand({ Filters }), { abortSignal }),
  );
  if (last?.ModificationState === "modifying") return false;
  if (sizeGiB >= wantedGiB) return true;
  try {
    await callAws("ec2:ModifyVolume", (abortSignal) =>
      ec2.send(new ModifyVolumeCommand({ VolumeId: id, Size: wantedGiB }), { abortSignal }),
    );
  } catch (error) {
    // Somebody was faster, or the change before is not over.
    if (!isAwsError(error, "IncorrectModificationState")) throw error;
  }
  return false;
}

/** The instance is on its way in or out, or somebody was faster. */
const NOT_NOW = ["VolumeInUse", "IncorrectState", "InvalidInstanceID.NotFound", "InvalidVolume.NotFound"];

/** Whether EC2 has begun. */
export async function attachDisk(
  { ec2 }: Ec2,
  VolumeId: string,
  InstanceId: string,
  Device: string,
): Promise<boolean> {
  try {
    await callAws("ec2:AttachVolume", (abortSignal) =>
      ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device }), { abortSignal }),
    );
    return true;
  } catch (error) {
    if (isAwsError(error, ...NOT_NOW)) return false;
    throw error;
  }
}

/** Of what is ours already, by its tag. */
export async function retag({ ec2 }: Ec2, id: string, tags: Record<string, string>): Promise<void> {
  await callAws("ec2:CreateTags", (abortSignal) =>
    ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(tags) }), { abortSignal }),
  );
}

/** One that is attached stays. */
export async function deleteDisk(
  { ec2 }: Ec2,
  VolumeId: string,
  isThere: () => Promise<boolean>,
): Promise<void> {
  const send = (abortSignal: AbortSignal) => ec2.send(new DeleteVolumeCommand({ VolumeId }), { abortSignal });
  await deleting("DeleteVolume", send, isThere);
}

/** It holds what the disk holds at this moment, whatever is written after the answer (EBS user guide, "How EBS snapshots work"). */
export async function createSnapshot({ ec2 }: Ec2, owner: Owner, disk: Disk): Promise<string> {
  const tags = {
    ...ownerTags(owner),
    [TAGS.volume]: disk.name,
    [TAGS.slot]: String(disk.slot),
    [TAGS.version]: disk.version,
  };
  const answer = await callAws("ec2:CreateSnapshot", (abortSignal) =>
    ec2.send(
      new CreateSnapshotCommand({
        VolumeId: disk.id,
        Description:
          `${owner.app}/${owner.environment}: ${disk.name} ${disk.slot} as ${disk.version} left it`.slice(
            0,
            255,
          ),
        TagSpecifications: [{ ResourceType: "snapshot", Tags: tagList(tags) }],
      }),
      { abortSignal },
    ),
  );
  return answer.SnapshotId!;
}

/** Newest first. */
export function findSnapshots(vm: Ec2, owner: Owner): Promise<Snapshot[]> {
  return readSnapshots(vm, [...tagFilters(ownerTags(owner)), { Name: "tag-key", Values: [TAGS.slot] }]);
}

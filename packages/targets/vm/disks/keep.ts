// How long snapshots are kept: the newest few of each disk. Disks themselves are kept for good: no call of this driver deletes one.
import type { Snapshot } from "@aws-sdk/client-ec2";
import type { TargetContext } from "#core/driver/driver.ts";
import type { Vm } from "../client.ts";
import { TAGS, tagsOf } from "../naming.ts";
import { ownerOf } from "../place.ts";
import { ownVolumes } from "./give.ts";
import { deleteSnapshot, findSnapshots } from "./volumes.ts";

export const KEPT_SNAPSHOTS = 3;

export async function pruneSnapshots(vm: Vm, target: TargetContext): Promise<void> {
  if (!ownVolumes(target).some(({ snapshot }) => snapshot === true)) return;
  for (const { SnapshotId } of tooMany(await findSnapshots(vm, ownerOf(target))))
    await deleteSnapshot(vm, SnapshotId!);
}

/** Pure; newest first. */
export function tooMany(snapshots: Snapshot[]): Snapshot[] {
  const diskOf = ({ Tags }: Snapshot) => {
    const tags = tagsOf(Tags);
    return `${tags[TAGS.volume]} ${tags[TAGS.slot]}`;
  };
  return [...Map.groupBy(snapshots, diskOf).values()].flatMap((own) => own.slice(KEPT_SNAPSHOTS));
}

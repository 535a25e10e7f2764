// How long snapshots are kept: the newest few of each disk. Disks themselves are kept until somebody says of their app that they
// may go with it.
import type { Snapshot } from "@aws-sdk/client-ec2";
import type { TargetContext } from "#core/driver/driver.ts";
import { deleteSnapshot, type Vm } from "../client.ts";
import { ownerOf } from "../ground.ts";
import { TAGS, tagsOf } from "../naming.ts";
import { ownVolumes } from "./give.ts";
import { deleteDisk, findDisks, findSnapshots } from "./volumes.ts";

export const KEPT_SNAPSHOTS = 3;

export async function pruneSnapshots(vm: Vm, target: TargetContext): Promise<void> {
  if (!ownVolumes(target).some(({ snapshot }) => snapshot === true)) return;
  await deleteAll(vm, tooMany(await findSnapshots(vm, ownerOf(target))));
}

async function deleteAll(vm: Vm, snapshots: Snapshot[]): Promise<void> {
  for (const { SnapshotId } of snapshots) await deleteSnapshot(vm, SnapshotId!);
}

/** Whoever takes the target away: `deletes` them with their snapshots once no instance has them, or says in the log that they stay. */
export async function partFromDisks(
  vm: Vm,
  target: TargetContext,
  deletes: boolean,
  until: (isSo: () => Promise<boolean>, what: string) => Promise<void>,
): Promise<void> {
  const owner = ownerOf(target);
  const disks = await findDisks(vm, owner);
  if (disks.length === 0) return;
  const names = disks.map(({ id, name, slot }) => `${name} ${slot} (${id})`).join(", ");
  const did = deletes ? "deleted" : "keeps";
  if (deletes) {
    const isFree = async () => (await findDisks(vm, owner)).every((one) => one.instanceId === null);
    await until(isFree, "the instances that have its disks");
    const isThere = async (asked: string) => (await findDisks(vm, owner)).some(({ id }) => id === asked);
    for (const { id } of disks) await deleteDisk(vm, id, () => isThere(id));
    await deleteAll(vm, await findSnapshots(vm, owner));
  }
  target.note?.(`${target.app}/${owner.environment}: ${did} its disks: ${names}`);
}

/** Pure; newest first. */
export function tooMany(snapshots: Snapshot[]): Snapshot[] {
  const diskOf = ({ Tags }: Snapshot) => {
    const tags = tagsOf(Tags);
    return `${tags[TAGS.volume]} ${tags[TAGS.slot]}`;
  };
  return [...Map.groupBy(snapshots, diskOf).values()].flatMap((own) => own.slice(KEPT_SNAPSHOTS));
}

// The life of a volume: creating, available, in-use while it is attached, and back. A volume is attached to one instance at
// most, of its own zone, and the instance's machine has it as a disk for as long.
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError } from "../platform.ts";
import { transition } from "./instance-life.ts";
import type { VolumeRecord } from "./model.ts";
import { isId, type State } from "./state.ts";
import {
  copyFiles,
  makeBlank,
  removeFiles,
  snapshotDirectory,
  volumeDirectory,
  writeDiskSize,
} from "./volume-files.ts";

const RETRY_MILLISECONDS = 50;

export function findVolume(state: State, id: string): VolumeRecord {
  if (!isId("vol", id))
    throw new AwsError(
      "InvalidParameterValue",
      `Value (${id}) for parameter volumeId is invalid. Expected: 'vol-...'.`,
    );
  const volume = state.volumes.get(id);
  if (!volume) throw new AwsError("InvalidVolume.NotFound", `The volume '${id}' does not exist.`);
  return volume;
}

export function changeVolume(
  state: State,
  id: string,
  part: Partial<VolumeRecord>,
): VolumeRecord | undefined {
  const before = state.volumes.get(id);
  if (!before) return undefined;
  const after = { ...before, ...part };
  state.volumes.set(id, after);
  return after;
}

export function beginVolume(state: State, { id, snapshotId, sizeGiB }: VolumeRecord): void {
  void transition(state, id, async () => {
    if (state.volumes.get(id)?.state !== "creating") return;
    try {
      if (snapshotId) await copyFiles(snapshotDirectory(state, snapshotId), volumeDirectory(state, id));
      else await makeBlank(volumeDirectory(state, id));
      writeDiskSize(state, id, sizeGiB);
      changeVolume(state, id, { state: "available" });
    } catch (error) {
      changeVolume(state, id, { state: "error" });
      throw error;
    }
  });
}

/** The instance's machine gets it; an instance that is stopped has it when it starts. */
export function beginAttaching(state: State, id: string): void {
  void transition(state, id, async () => {
    const volume = state.volumes.get(id);
    if (volume?.attachment?.state !== "attaching") return;
    plug(state, volume);
    changeVolume(state, id, { attachment: { ...volume.attachment, state: "attached" } });
  });
}

function plug(state: State, { id, attachment }: VolumeRecord): void {
  const { instanceId, device } = attachment!;
  const { fleet } = state.machines;
  // EBS user guide, "EBS volumes and NVMe": the serial number is the volume's id without the hyphen.
  const disk = { device, serial: id.replace("-", ""), directory: volumeDirectory(state, id) };
  if (fleet.record(instanceId)) fleet.machine(instanceId).disks.plug(disk);
}

/** A volume that is mounted stays, busy, until it is not any more; with `force` it goes under whoever uses it. */
export function beginDetaching(state: State, id: string, force: boolean): void {
  void transition(state, id, async () => {
    for (;;) {
      const volume = state.volumes.get(id);
      if (!volume?.attachment || state.stopping) return;
      const { instanceId } = volume.attachment;
      const { fleet } = state.machines;
      const gone =
        !fleet.record(instanceId) || fleet.machine(instanceId).disks.unplug(id.replace("-", ""), force);
      if (gone) return release(state, id);
      changeVolume(state, id, { attachment: { ...volume.attachment, state: "busy" } });
      await sleep(RETRY_MILLISECONDS, undefined, { ref: false });
    }
  });
}

function release(state: State, id: string): void {
  changeVolume(state, id, { state: "available", attachment: undefined });
}

/** Its instance has ended: all that is to go with it goes, the others are free. */
export async function releaseVolumesOf(state: State, instanceId: string): Promise<void> {
  for (const { id, attachment } of state.volumes.list()) {
    if (attachment?.instanceId !== instanceId) continue;
    if (attachment.deletesOnTermination) await deleteVolume(state, id);
    else release(state, id);
  }
}

export async function deleteVolume(state: State, id: string): Promise<void> {
  state.volumes.delete(id);
  await removeFiles(volumeDirectory(state, id));
}

/** After a restart: what was under way is carried on. */
export function resumeVolumes(state: State): void {
  for (const volume of state.volumes.list()) {
    if (volume.state === "creating") beginVolume(state, volume);
    const { attachment } = volume;
    if (attachment && !isThere(state, attachment.instanceId)) release(state, volume.id);
    else if (attachment?.state === "attaching") beginAttaching(state, volume.id);
    else if (attachment?.state === "detaching" || attachment?.state === "busy")
      beginDetaching(state, volume.id, false);
  }
}

function isThere(state: State, instanceId: string): boolean {
  const found = state.instances.get(instanceId);
  return found !== undefined && found.state !== "terminated";
}

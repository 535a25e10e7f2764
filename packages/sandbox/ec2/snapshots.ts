// Snapshots: those of images, which hold nothing of their own here, and those of volumes, which are copies.
import { AwsError } from "../platform.ts";
import { transition } from "./instance-life.ts";
import type { SnapshotRecord } from "./model.ts";
import type { State } from "./state.ts";
import { copyFiles, removeFiles, snapshotDirectory, volumeDirectory } from "./volume-files.ts";

export function findSnapshot(state: State, id: string): SnapshotRecord {
  const snapshot = state.snapshots.get(id);
  if (!snapshot) throw new AwsError("InvalidSnapshot.NotFound", `The snapshot '${id}' does not exist.`);
  return snapshot;
}

/** It holds what the volume held when it was asked for (EBS user guide, "How EBS snapshots work"): so the copy comes before the answer. */
export async function takeSnapshot(state: State, snapshot: SnapshotRecord): Promise<void> {
  const { id, volumeId } = snapshot;
  await copyFiles(volumeDirectory(state, volumeId!), snapshotDirectory(state, id));
  state.snapshots.set(id, snapshot);
  void transition(state, id, async () => complete(state, id));
}

function complete(state: State, id: string): void {
  const snapshot = state.snapshots.get(id);
  if (snapshot?.state === "pending") state.snapshots.set(id, { ...snapshot, state: "completed" });
}

export async function deleteSnapshot(state: State, id: string): Promise<void> {
  state.snapshots.delete(id);
  await removeFiles(snapshotDirectory(state, id));
}

export function resumeSnapshots(state: State): void {
  for (const { id } of state.snapshots.list()) complete(state, id);
}

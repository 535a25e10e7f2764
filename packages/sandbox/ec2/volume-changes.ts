// Volumes that grow while they are used: ModifyVolume and what becomes of it (EBS user guide, "Monitor the progress of volume
// modifications"): modifying, then optimizing, from when on the volume has its new size, then completed. What is on it is not
// touched: a file system stays as large as it was until somebody extends it.
import type {
  DescribeVolumesModificationsRequest,
  ModifyVolumeRequest,
  VolumeModification,
} from "@aws-sdk/client-ec2";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Handler } from "../platform.ts";
import { filterItems } from "./filters.ts";
import { transition } from "./instance-life.ts";
import type { VolumeChange, VolumeRecord } from "./model.ts";
import type { State } from "./state.ts";
import { writeDiskSize } from "./volume-files.ts";
import { changeVolume, findVolume } from "./volumes.ts";

/** Of gp2 and gp3 (EC2 API reference, ModifyVolume). */
const LARGEST_GIB: Record<string, number> = { gp2: 16_384, gp3: 65_536 };
/** The same reference: at most four within 24 hours, each only after the one before has completed. */
const MOST_CHANGES = 4;
const WITHIN_MILLISECONDS = 24 * 3_600_000;
/** Minutes to hours on AWS, and nobody has to wait for it. */
const OPTIMIZING_MILLISECONDS = 60_000;

export function volumeChangeHandlers(state: State): Record<string, Handler> {
  return {
    ModifyVolume: (input: ModifyVolumeRequest) => {
      const volume = findVolume(state, input.VolumeId ?? "");
      checkChange(state, volume, input);
      const change: VolumeChange = {
        state: "modifying",
        originalGiB: volume.sizeGiB,
        targetGiB: input.Size ?? volume.sizeGiB,
        beganAt: state.platform.now(),
      };
      const changes = [...(volume.changes ?? []), change];
      beginChange(state, changeVolume(state, volume.id, { changes })!);
      return { VolumeModification: describeChange(volume.id, change) };
    },
    DescribeVolumesModifications: (input: DescribeVolumesModificationsRequest) => {
      const named = input.VolumeIds?.length
        ? input.VolumeIds.map((id) => findVolume(state, id))
        : state.volumes.list();
      const changed = named.filter(({ changes }) => changes !== undefined);
      const found = filterItems(changed, input.Filters, {
        "volume-id": ({ id }) => [id],
        "modification-state": (one) => [lastChange(state, one)?.state],
      });
      const page = pageOf(found, input.MaxResults ?? 500, input.NextToken);
      const VolumesModifications = page.items.map((one) => describeChange(one.id, lastChange(state, one)!));
      return { VolumesModifications, NextToken: page.next };
    },
  };
}

/** With its state at this moment. */
function lastChange({ platform }: State, { changes = [] }: VolumeRecord) {
  const last = changes.at(-1);
  if (!last) return undefined;
  const isOver = platform.now() - last.beganAt >= OPTIMIZING_MILLISECONDS / platform.timeScale;
  return { ...last, state: last.state === "optimizing" && isOver ? ("completed" as const) : last.state };
}

function checkChange(state: State, volume: VolumeRecord, input: ModifyVolumeRequest): void {
  const other = (["VolumeType", "Iops", "Throughput", "MultiAttachEnabled"] as const).find(
    (key) => input[key] !== undefined,
  );
  if (other) throw new AwsError("NotImplemented", `The sandbox changes no ${other} of a volume.`);
  const last = lastChange(state, volume);
  if (last && last.state !== "completed")
    throw new AwsError(
      "IncorrectModificationState",
      `Cannot modify volume ${volume.id}: it is currently in modification state ${last.state.toUpperCase()}.`,
    );
  const recent = (volume.changes ?? []).filter(
    ({ beganAt }) => state.platform.now() - beganAt < WITHIN_MILLISECONDS,
  );
  if (recent.length >= MOST_CHANGES)
    throw new AwsError(
      "VolumeModificationRateExceeded",
      "You've reached the maximum modification rate per volume limit.",
    );
  if (volume.state !== "available" && volume.state !== "in-use")
    throw new AwsError("IncorrectState", `Volume '${volume.id}' is in the '${volume.state}' state.`);
  const size = input.Size ?? volume.sizeGiB;
  if (size < volume.sizeGiB || size > (LARGEST_GIB[volume.type] ?? 16_384))
    throw new AwsError(
      "InvalidParameterValue",
      `New size of ${size} GiB is ${size < volume.sizeGiB ? "smaller than existing size" : "larger than allowed"}.`,
    );
}

export function beginChange(state: State, { id }: VolumeRecord): void {
  void transition(state, id, async () => {
    const volume = state.volumes.get(id);
    const last = volume?.changes?.at(-1);
    if (last?.state !== "modifying") return;
    writeDiskSize(state, id, last.targetGiB);
    const changes = [...volume!.changes!.slice(0, -1), { ...last, state: "optimizing" as const }];
    changeVolume(state, id, { sizeGiB: last.targetGiB, changes });
  });
}

export function resumeChanges(state: State): void {
  for (const volume of state.volumes.list()) if (volume.changes) beginChange(state, volume);
}

function describeChange(
  VolumeId: string,
  change: Omit<VolumeChange, "state"> & { state: string },
): VolumeModification {
  return {
    VolumeId,
    ModificationState: change.state as VolumeModification["ModificationState"],
    OriginalSize: change.originalGiB,
    TargetSize: change.targetGiB,
    Progress: change.state === "completed" ? 100 : 0,
    StartTime: new Date(change.beganAt),
  };
}

// Snapshots on the wire.
import type {
  CreateSnapshotRequest,
  DeleteSnapshotRequest,
  DescribeSnapshotsRequest,
  Snapshot,
} from "@aws-sdk/client-ec2";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Handler } from "../platform.ts";
import { filterItems } from "./filters.ts";
import { IMAGE_GIB } from "./images.ts";
import type { SnapshotRecord } from "./model.ts";
import { deleteSnapshot, findSnapshot, takeSnapshot } from "./snapshots.ts";
import { newId, type State } from "./state.ts";
import { specifiedTags, tagList } from "./tags.ts";
import { findVolume } from "./volumes.ts";

export function snapshotHandlers(state: State): Record<string, Handler> {
  return {
    CreateSnapshot: async (input: CreateSnapshotRequest) => {
      const { id: volumeId, sizeGiB, state: now } = findVolume(state, input.VolumeId ?? "");
      if (now !== "available" && now !== "in-use")
        throw new AwsError("IncorrectState", `Volume '${volumeId}' is in the '${now}' state.`);
      const snapshot: SnapshotRecord = {
        id: newId("snap"),
        volumeId,
        sizeGiB,
        state: "pending",
        description: input.Description ?? "",
        createdAt: state.platform.now(),
        tags: specifiedTags(input.TagSpecifications, "snapshot"),
      };
      await takeSnapshot(state, snapshot);
      return describeSnapshot(state, snapshot);
    },
    DescribeSnapshots: (input: DescribeSnapshotsRequest) => {
      const named = input.SnapshotIds?.length
        ? input.SnapshotIds.map((id) => findSnapshot(state, id))
        : state.snapshots.list();
      const found = filterItems(ofOwners(state, named, input.OwnerIds), input.Filters, {
        "snapshot-id": ({ id }) => [id],
        "volume-id": ({ volumeId }) => [volumeId],
        "volume-size": ({ sizeGiB }) => [String(sizeGiB ?? IMAGE_GIB)],
        "owner-id": () => [state.platform.accountId],
        description: ({ description }) => [description],
        status: (one) => [stateOf(one)],
      });
      const page = pageOf(found, input.MaxResults ?? 1_000, input.NextToken);
      return { Snapshots: page.items.map((one) => describeSnapshot(state, one)), NextToken: page.next };
    },
    DeleteSnapshot: async (input: DeleteSnapshotRequest) => {
      const { id, imageId } = findSnapshot(state, input.SnapshotId ?? "");
      if (imageId && state.images.get(imageId))
        throw new AwsError("InvalidSnapshot.InUse", `The snapshot ${id} is currently in use by ${imageId}`);
      await deleteSnapshot(state, id);
      return {};
    },
  };
}

/** All are the account's own. */
function ofOwners(
  { platform }: State,
  all: SnapshotRecord[],
  owners: string[] | undefined,
): SnapshotRecord[] {
  const isMine = (one: string) => one === "self" || one === platform.accountId;
  return owners?.length && !owners.some(isMine) ? [] : all;
}

function stateOf({ state = "completed" }: SnapshotRecord): "pending" | "completed" {
  return state;
}

function describeSnapshot(state: State, one: SnapshotRecord): Snapshot {
  return {
    SnapshotId: one.id,
    // Made by CreateImage, it tells of a volume that nobody can ask for (EC2 API reference, Snapshot).
    VolumeId: one.volumeId ?? "vol-ffffffff",
    OwnerId: state.platform.accountId,
    State: stateOf(one),
    Progress: stateOf(one) === "completed" ? "100%" : "0%",
    Description: one.description,
    StartTime: new Date(one.createdAt),
    VolumeSize: one.sizeGiB ?? IMAGE_GIB,
    Tags: tagList(one.tags),
  };
}

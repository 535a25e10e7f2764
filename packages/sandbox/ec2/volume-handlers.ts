// Volumes on the wire.
import type {
  AttachVolumeRequest,
  CreateVolumeRequest,
  DeleteVolumeRequest,
  DescribeVolumesRequest,
  DetachVolumeRequest,
  Volume,
  VolumeAttachment,
} from "@aws-sdk/client-ec2";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Handler } from "../platform.ts";
import { pageSize } from "./describe-instances.ts";
import { type FilterFields, filterItems } from "./filters.ts";
import type { VolumeRecord } from "./model.ts";
import { findSubnet, subnets } from "./network.ts";
import { findSnapshot } from "./snapshots.ts";
import { findInstances, newId, type State } from "./state.ts";
import { specifiedTags, tagList } from "./tags.ts";
import {
  beginAttaching,
  beginDetaching,
  beginVolume,
  changeVolume,
  deleteVolume,
  findVolume,
} from "./volumes.ts";

// EC2 API reference, CreateVolume: types, their smallest and largest sizes in GiB.
const SIZES: Record<string, [number, number]> = {
  gp2: [1, 16_384],
  gp3: [1, 65_536],
  io1: [4, 16_384],
  io2: [4, 65_536],
  st1: [125, 16_384],
  sc1: [125, 16_384],
  standard: [1, 1_024],
};

export function volumeHandlers(state: State): Record<string, Handler> {
  return {
    CreateVolume: (input: CreateVolumeRequest) => {
      const before = madeWith(state, input.ClientToken);
      const volume = before ?? newVolume(state, input);
      if (!before) {
        state.volumes.set(volume.id, volume);
        beginVolume(state, volume);
      }
      return describeVolume(volume);
    },
    DescribeVolumes: (input: DescribeVolumesRequest) => {
      const named = input.VolumeIds?.length
        ? input.VolumeIds.map((id) => findVolume(state, id))
        : state.volumes.list();
      const found = filterItems(named, input.Filters, VOLUME_FIELDS);
      const page = pageOf(found, pageSize(input.MaxResults, 5, 1_000), input.NextToken);
      return { Volumes: page.items.map(describeVolume), NextToken: page.next };
    },
    AttachVolume: (input: AttachVolumeRequest) => attach(state, input),
    DetachVolume: (input: DetachVolumeRequest) => {
      const volume = findVolume(state, input.VolumeId ?? "");
      const { attachment } = volume;
      if (!attachment || (input.InstanceId && input.InstanceId !== attachment.instanceId))
        throw new AwsError("IncorrectState", `Volume '${volume.id}' is in the 'available' state.`);
      const after = changeVolume(state, volume.id, { attachment: { ...attachment, state: "detaching" } })!;
      beginDetaching(state, volume.id, input.Force === true);
      return describeAttachment(after);
    },
    DeleteVolume: async (input: DeleteVolumeRequest) => {
      const { id, attachment, state: use } = findVolume(state, input.VolumeId ?? "");
      if (attachment || use === "in-use")
        throw new AwsError(
          "VolumeInUse",
          `Volume ${id} is currently attached to ${attachment?.instanceId ?? "a task"}`,
        );
      await deleteVolume(state, id);
      return {};
    },
  };
}

function madeWith(state: State, token: string | undefined): VolumeRecord | undefined {
  return token ? state.volumes.list().find((one) => one.clientToken === token) : undefined;
}

function newVolume(state: State, input: CreateVolumeRequest): VolumeRecord {
  const zone = input.AvailabilityZone ?? "";
  if (!subnets(state.platform).some((one) => one.zone === zone))
    throw new AwsError("InvalidZone.NotFound", `The zone '${zone}' does not exist.`);
  const snapshot = input.SnapshotId ? findSnapshot(state, input.SnapshotId) : undefined;
  if (snapshot && snapshot.volumeId === undefined)
    throw new AwsError("NotImplemented", "The sandbox makes no volume of an image's snapshot.");
  if (snapshot?.state === "pending")
    throw new AwsError("IncorrectState", `Snapshot ${snapshot.id} is not 'completed'.`);
  return {
    id: newId("vol"),
    zone,
    type: input.VolumeType ?? "gp2",
    sizeGiB: sizeOf(input, snapshot?.sizeGiB),
    isEncrypted: input.Encrypted === true,
    ...(snapshot ? { snapshotId: snapshot.id } : {}),
    state: "creating",
    createdAt: state.platform.now(),
    tags: specifiedTags(input.TagSpecifications, "volume"),
    ...(input.ClientToken ? { clientToken: input.ClientToken } : {}),
  };
}

function sizeOf({ Size, VolumeType = "gp2" }: CreateVolumeRequest, ofSnapshot: number | undefined): number {
  const limits = SIZES[VolumeType];
  if (!limits) throw new AwsError("UnknownVolumeType", `Unknown volume type: ${VolumeType}`);
  const size = Size ?? ofSnapshot;
  if (size === undefined)
    throw new AwsError("MissingParameter", "The request must contain the parameter size or snapshotId");
  if (size < Math.max(limits[0], ofSnapshot ?? 0) || size > limits[1])
    throw new AwsError(
      "InvalidParameterValue",
      `Volume of ${size}GiB is ${size > limits[1] ? "larger" : "smaller"} than allowed for volume type ${VolumeType} or its snapshot.`,
    );
  return size;
}

/** EC2 API reference, AttachVolume: both in one zone, the volume free, the instance running or stopped, the device not taken. */
function attach(state: State, input: AttachVolumeRequest): VolumeAttachment {
  const volume = findVolume(state, input.VolumeId ?? "");
  const [instance] = findInstances(state, [input.InstanceId ?? ""]);
  const { id: instanceId, subnetId, state: power } = instance!;
  if (volume.attachment)
    throw new AwsError(
      "VolumeInUse",
      `${volume.id} is already attached to an instance: ${volume.attachment.instanceId}`,
    );
  if (volume.state !== "available")
    throw new AwsError("IncorrectState", `Volume '${volume.id}' is not 'available'.`);
  if (power !== "running" && power !== "stopped")
    throw new AwsError("IncorrectState", `Instance '${instanceId}' is not 'running'.`);
  if (findSubnet(state.platform, subnetId).zone !== volume.zone)
    throw new AwsError(
      "InvalidVolume.ZoneMismatch",
      `The volume '${volume.id}' is not in the same availability zone as instance '${instanceId}'`,
    );
  const device = input.Device ?? "";
  if (!/^(\/dev\/)?(sd|xvd)[b-z]\d*$/.test(device))
    throw new AwsError("InvalidParameterValue", `Value (${device}) for parameter device is invalid.`);
  const taken = state.volumes.list().map((one) => one.attachment);
  if (taken.some((one) => one?.instanceId === instanceId && one.device === device))
    throw new AwsError(
      "InvalidParameterValue",
      `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`,
    );
  const attachment = { instanceId, device, state: "attaching" as const, attachedAt: state.platform.now() };
  const after = changeVolume(state, volume.id, {
    state: "in-use",
    attachment: { ...attachment, deletesOnTermination: false },
  })!;
  beginAttaching(state, volume.id);
  return describeAttachment(after);
}

const VOLUME_FIELDS: FilterFields<VolumeRecord> = {
  "volume-id": ({ id }) => [id],
  status: ({ state }) => [state],
  size: ({ sizeGiB }) => [String(sizeGiB)],
  "volume-type": ({ type }) => [type],
  "snapshot-id": ({ snapshotId }) => [snapshotId],
  "availability-zone": ({ zone }) => [zone],
  encrypted: ({ isEncrypted }) => [String(isEncrypted)],
  "attachment.instance-id": ({ attachment }) => [attachment?.instanceId],
  "attachment.device": ({ attachment }) => [attachment?.device],
  "attachment.status": ({ attachment }) => [attachment?.state],
};

function describeVolume(one: VolumeRecord): Volume {
  return {
    VolumeId: one.id,
    Size: one.sizeGiB,
    SnapshotId: one.snapshotId ?? "",
    AvailabilityZone: one.zone,
    State: one.state,
    VolumeType: one.type as Volume["VolumeType"],
    Encrypted: one.isEncrypted,
    MultiAttachEnabled: false,
    CreateTime: new Date(one.createdAt),
    Attachments: one.attachment ? [describeAttachment(one)] : [],
    Tags: tagList(one.tags),
  };
}

function describeAttachment({ id, attachment }: VolumeRecord): VolumeAttachment {
  const { instanceId, device, state, attachedAt, deletesOnTermination } = attachment!;
  return {
    VolumeId: id,
    InstanceId: instanceId,
    Device: device,
    State: state,
    AttachTime: new Date(attachedAt),
    DeleteOnTermination: deletesOnTermination,
  };
}

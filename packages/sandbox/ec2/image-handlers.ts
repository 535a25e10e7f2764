// Images on the wire.
import type {
  CreateImageRequest,
  DeregisterImageRequest,
  DescribeImagesRequest,
  Image,
} from "@aws-sdk/client-ec2";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Caller, type Handler } from "../platform.ts";
import { filterItems } from "./filters.ts";
import { beginImage, deleteImage, findImage, IMAGE_GIB } from "./images.ts";
import type { ImageRecord } from "./model.ts";
import { iamContext } from "./permissions.ts";
import { deleteSnapshot } from "./snapshots.ts";
import { arnOf, findInstances, newId, type State } from "./state.ts";
import { specifiedTags, tagList } from "./tags.ts";

export function imageHandlers(state: State): Record<string, Handler> {
  return {
    CreateImage: (input: CreateImageRequest) => {
      const image = newImage(state, input);
      const tags = specifiedTags(input.TagSpecifications, "snapshot", ["image", "snapshot"]);
      const { id: imageId, snapshotId: id, createdAt } = image;
      const description = `Created by CreateImage(${image.sourceInstanceId}) for ${imageId}`;
      state.snapshots.set(id, { id, imageId, createdAt, description, tags });
      state.images.set(imageId, image);
      beginImage(state, image, input.NoReboot !== true);
      return { ImageId: imageId };
    },
    DescribeImages: (input: DescribeImagesRequest) => {
      const found = filterItems(namedImages(state, input), input.Filters, IMAGE_FIELDS);
      const page = pageOf(found, input.MaxResults ?? 1_000, input.NextToken);
      return { Images: page.items.map((one) => describeImage(state, one)), NextToken: page.next };
    },
    DeregisterImage: async (input: DeregisterImageRequest, caller: Caller) => {
      const image = findImage(state, input.ImageId ?? "");
      if (image.isPublic) throw new AwsError("AuthFailure", `Not authorized for image:${image.id}`);
      await deleteImage(state, image);
      if (!input.DeleteAssociatedSnapshots || !state.snapshots.get(image.snapshotId)) return { Return: true };
      const ReturnCode = await takeAlong(state, image.snapshotId, caller);
      return { Return: true, DeleteSnapshotResults: [{ SnapshotId: image.snapshotId, ReturnCode }] };
    },
  };
}

/** EC2 API reference, DeleteSnapshotReturnCode: the image goes all the same. */
async function takeAlong(state: State, id: string, { principal }: Caller): Promise<string> {
  const arn = arnOf(state.platform, "snapshot", id);
  if (!state.platform.allows(principal, "ec2:DeleteSnapshot", arn, iamContext(state)(arn)))
    return "missing-permissions";
  await deleteSnapshot(state, id);
  return "success";
}

function newImage(state: State, input: CreateImageRequest): ImageRecord {
  const [instance] = findInstances(state, [input.InstanceId ?? ""]);
  if (instance!.state !== "running" && instance!.state !== "stopped")
    throw new AwsError("IncorrectInstanceState", `Instance '${instance!.id}' is not 'running' or 'stopped'.`);
  const name = input.Name ?? "";
  // EC2 API reference, CreateImage.
  if (!/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/.test(name))
    throw new AwsError(
      "InvalidAMIName.Malformed",
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, and ()[] ./-'@_ only.",
    );
  const twin = state.images.list().find((image) => !image.isPublic && image.name === name);
  if (twin)
    throw new AwsError("InvalidAMIName.Duplicate", `AMI name ${name} is already in use by AMI ${twin.id}`);
  return {
    id: newId("ami"),
    name,
    description: input.Description ?? "",
    state: "pending",
    owner: { id: state.platform.accountId },
    isPublic: false,
    architecture: instance!.architecture,
    sourceInstanceId: instance!.id,
    snapshotId: newId("snap"),
    createdAt: state.platform.now(),
    tags: specifiedTags(input.TagSpecifications, "image", ["image", "snapshot"]),
  };
}

const IMAGE_FIELDS = {
  "image-id": ({ id }: ImageRecord) => [id],
  name: ({ name }: ImageRecord) => [name],
  description: ({ description }: ImageRecord) => [description],
  state: ({ state }: ImageRecord) => [state],
  architecture: ({ architecture }: ImageRecord) => [architecture],
  "is-public": ({ isPublic }: ImageRecord) => [String(isPublic)],
  "owner-id": ({ owner }: ImageRecord) => [owner.id],
  "owner-alias": ({ owner }: ImageRecord) => [owner.alias],
  "source-instance-id": ({ sourceInstanceId }: ImageRecord) => [sourceInstanceId],
  "block-device-mapping.snapshot-id": ({ snapshotId }: ImageRecord) => [snapshotId],
  "root-device-type": () => ["ebs"],
  "virtualization-type": () => ["hvm"],
  "image-type": () => ["machine"],
};

function namedImages(state: State, { ImageIds, Owners }: DescribeImagesRequest): ImageRecord[] {
  const named = ImageIds?.length ? ImageIds.map((id) => findImage(state, id)) : state.images.list();
  if (!Owners?.length) return named;
  const mine = state.platform.accountId;
  return named.filter(({ owner }) =>
    Owners.some((one) => one === owner.id || one === owner.alias || (one === "self" && owner.id === mine)),
  );
}

function describeImage(state: State, one: ImageRecord): Image {
  return {
    ImageId: one.id,
    Name: one.name,
    Description: one.description,
    State: one.state,
    ...(one.reason && { StateReason: { Code: "Server.InternalError", Message: one.reason } }),
    OwnerId: one.owner.id,
    ImageOwnerAlias: one.owner.alias,
    ImageLocation: `${one.owner.alias ?? one.owner.id}/${one.name}`,
    Public: one.isPublic,
    Architecture: one.architecture,
    ImageType: "machine",
    CreationDate: new Date(one.createdAt).toISOString(),
    SourceInstanceId: one.sourceInstanceId,
    PlatformDetails: "Linux/UNIX",
    RootDeviceType: "ebs",
    RootDeviceName: "/dev/xvda",
    VirtualizationType: "hvm",
    Hypervisor: "xen",
    BlockDeviceMappings: [
      {
        DeviceName: "/dev/xvda",
        Ebs: {
          SnapshotId: one.snapshotId,
          VolumeSize: IMAGE_GIB,
          VolumeType: "gp3",
          DeleteOnTermination: true,
        },
      },
    ],
    Tags: tagList(one.tags),
    ...(!one.isPublic && { ImageAllowed: true, OwnerId: state.platform.accountId }),
  };
}

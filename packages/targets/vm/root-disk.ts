// The disk that an instance boots from: as large as the image has it, or as the manifest asks for. Pure.
import type { Image, RequestLaunchTemplateData } from "@aws-sdk/client-ec2";

function sizeOf({ RootDeviceName, BlockDeviceMappings = [] }: Image): number {
  return BlockDeviceMappings.find((one) => one.DeviceName === RootDeviceName)?.Ebs?.VolumeSize ?? 0;
}

/** Nothing where the image's own will do: EC2 launches with no smaller disk than the image's. */
export function rootDisk(
  image: Image,
  diskGiB: number | undefined,
): Pick<RequestLaunchTemplateData, "BlockDeviceMappings"> {
  const { RootDeviceName: DeviceName } = image;
  if (!DeviceName || diskGiB === undefined || diskGiB <= sizeOf(image)) return {};
  return { BlockDeviceMappings: [{ DeviceName, Ebs: { VolumeSize: diskGiB } }] };
}

/** For the dry run. */
export function rootDiskNotes(image: Image | null, diskGiB: number | undefined): string[] {
  const own = image ? sizeOf(image) : 0;
  if (diskGiB === undefined || diskGiB >= own) return [];
  return [`resources.diskGiB: the disk of each copy has ${own} GiB, the image's own, and not ${diskGiB}.`];
}

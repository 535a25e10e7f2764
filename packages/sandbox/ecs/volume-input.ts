// volumeConfigurations of CreateService and UpdateService, checked (API reference, ServiceVolumeConfiguration,
// ServiceManagedEBSVolumeConfiguration): one EBS volume for each task, whose place the task definition leaves open.
import type { ServiceManagedEBSVolumeConfiguration, ServiceVolumeConfiguration } from "@aws-sdk/client-ecs";
import { checkCount, invalid, refuseParts } from "./faults.ts";
import type { Definition } from "./model.ts";

const FILE_SYSTEMS = ["ext3", "ext4", "xfs"];
const NOT_IMPLEMENTED = ["kmsKeyId", "iops", "throughput", "volumeInitializationRate"];
const MOST_GIB = 16_384;

export function readVolumes(
  { input, family, revision }: Definition,
  asked: ServiceVolumeConfiguration[],
): ServiceVolumeConfiguration[] {
  const open = (input.volumes ?? []).filter(({ configuredAtLaunch }) => configuredAtLaunch);
  const names = asked.map(({ name }) => name);
  const stray = names.find((name) => !open.some((one) => one.name === name));
  if (stray !== undefined)
    throw invalid(
      `The volume ${stray} is not configured at launch in the task definition ${family}:${revision}.`,
    );
  const left = open.find(({ name }) => !names.includes(name));
  if (left)
    throw invalid(`The volume ${left.name} is configured at launch and volumeConfigurations do not name it.`);
  for (const { name, managedEBSVolume } of asked) checkDisk(`volumeConfigurations ${name}`, managedEBSVolume);
  return asked;
}

function checkDisk(where: string, disk: ServiceManagedEBSVolumeConfiguration | undefined): void {
  if (!disk?.roleArn) throw invalid(`${where}: managedEBSVolume.roleArn is required.`);
  refuseParts(disk, NOT_IMPLEMENTED, where);
  if (disk.sizeInGiB === undefined && !disk.snapshotId)
    throw invalid(`${where}: either sizeInGiB or snapshotId is required.`);
  if (disk.sizeInGiB !== undefined) checkCount(disk.sizeInGiB, 1, MOST_GIB, `${where}.sizeInGiB`);
  if (disk.filesystemType && !FILE_SYSTEMS.includes(disk.filesystemType))
    throw invalid(`${where}.filesystemType must be one of ${FILE_SYSTEMS.join(", ")}.`);
}

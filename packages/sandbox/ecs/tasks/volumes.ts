// What a container sees beside its image: the folders of file systems, and of its task's own disk, at their mount points. A file system that is not there, or not
// to be reached from the task's subnet, ends the task on its way up, as the mount helper's failure does on AWS.
import type { ContainerDefinition, EFSVolumeConfiguration } from "@aws-sdk/client-ecs";
import type { Bind } from "../../ground/mounts.ts";
import type { State } from "../state.ts";
import { type LiveTask, TaskFailure } from "./live-task.ts";

/** Throws ResourceInitializationError. */
export function bindsOf(
  state: State,
  { definition, task }: LiveTask,
  { mountPoints = [] }: ContainerDefinition,
): Bind[] {
  return mountPoints.map(({ sourceVolume, containerPath = "" }) => {
    const volume = definition.input.volumes?.find(({ name }) => name === sourceVolume);
    const source = volume!.configuredAtLaunch
      ? state.disks.folder(task.volumeId!)
      : folderOf(state, volume!.efsVolumeConfiguration!, task.subnetId);
    return { source, path: containerPath };
  });
}

function folderOf(
  { files }: State,
  { fileSystemId = "", rootDirectory, authorizationConfig }: EFSVolumeConfiguration,
  subnetId: string,
): string {
  const accessPoint = authorizationConfig?.accessPointId;
  try {
    if (!accessPoint) return files.fileSystemFolder(fileSystemId, rootDirectory);
    if (files.isReachable(accessPoint, [subnetId])) return files.accessPointFolder(accessPoint);
  } catch (error) {
    throw unmounted(fileSystemId, (error as Error).message, error);
  }
  throw unmounted(fileSystemId, `it has no mount target in the task's subnet ${subnetId}`);
}

function unmounted(fileSystemId: string, why: string, cause?: unknown): TaskFailure {
  const message = `failed to invoke EFS utils commands to set up EFS volumes: ${fileSystemId}: ${why}`;
  return new TaskFailure("ResourceInitializationError", message, cause);
}

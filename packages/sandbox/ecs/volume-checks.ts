// Volumes of a task definition, as far as they are here: file systems of EFS, and one that the service configures. API reference, Volume, EFSVolumeConfiguration, MountPoint.
import type { ContainerDefinition, MountPoint, Volume } from "@aws-sdk/client-ecs";
import { clientError, notImplemented } from "./faults.ts";

export function checkVolumes(volumes: Volume[] = []): Volume[] {
  for (const [at, volume] of volumes.entries()) {
    const { name = "", efsVolumeConfiguration: efs, configuredAtLaunch } = volume;
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
      throw clientError("Volume name should be up to 255 letters, numbers, hyphens and underscores.");
    if (volumes.findIndex((one) => one.name === name) !== at)
      throw clientError(`Volume name '${name}' is there twice.`);
    if (configuredAtLaunch) {
      checkOpen(volumes, volume);
      continue;
    }
    if (!efs) throw notImplemented(`RegisterTaskDefinition.volumes[${at}] but efsVolumeConfiguration`);
    if (!efs.fileSystemId) throw clientError("EFSVolumeConfiguration.fileSystemId should not be empty.");
    if (efs.authorizationConfig?.iam === "ENABLED")
      throw notImplemented(
        `RegisterTaskDefinition.volumes[${at}].efsVolumeConfiguration.authorizationConfig.iam`,
      );
    if (efs.authorizationConfig?.accessPointId) checkAccessPoint(efs);
  }
  return volumes;
}

/** Developer guide, "Defer volume configuration to launch time": one for each task, and nothing else is said of it. */
function checkOpen(volumes: Volume[], { name, efsVolumeConfiguration }: Volume): void {
  if (efsVolumeConfiguration) throw clientError(`Volume '${name}' is configured twice.`);
  if (volumes.filter((one) => one.configuredAtLaunch).length > 1)
    throw clientError("A task definition can have one volume that is configured at launch.");
}

/** It says itself where its root is, and goes over TLS alone. */
function checkAccessPoint({
  rootDirectory = "/",
  transitEncryption,
}: NonNullable<Volume["efsVolumeConfiguration"]>): void {
  if (rootDirectory !== "/")
    throw clientError("EFSVolumeConfiguration.rootDirectory must be omitted or / with an access point.");
  if (transitEncryption !== "ENABLED")
    throw clientError("EFSVolumeConfiguration.transitEncryption must be ENABLED with an access point.");
}

export function checkMountPoints({ mountPoints = [] }: ContainerDefinition, volumes: Volume[]): MountPoint[] {
  for (const { sourceVolume, containerPath = "", readOnly } of mountPoints) {
    if (!volumes.some(({ name }) => name === sourceVolume))
      throw clientError(`Unknown volume '${sourceVolume}'.`);
    if (!containerPath.startsWith("/")) throw clientError("Container path must be absolute.");
    if (readOnly) throw notImplemented("RegisterTaskDefinition.mountPoints.readOnly");
  }
  return mountPoints;
}

// Shared volumes of containers: each is a folder of the environment's file system, which tasks mount through an access point,
// over TLS (ECS developer guide, "Use Amazon EFS volumes with Amazon ECS"). Whoever may start the task may mount it: the access point says
// as whom, and what of the file system is seen. Nothing else could be found again by the next release: ECS deletes the EBS
// volume of a service's task with the task ("Use Amazon EBS volumes with Amazon ECS"; ServiceManagedEBSVolumeConfiguration has no policy to keep it).
import type { MountPoint, Volume as TaskVolume } from "@aws-sdk/client-ecs";
import type { Spec } from "#core/domain/spec.ts";
import { type LiveVolume, volumeVariable } from "#core/domain/volume.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { wrongAt } from "#core/errors.ts";
import { readRevision } from "./client.ts";
import type { Container } from "./container.ts";

/** By the manifest's name of the volume. */
export type AccessPoints = Record<string, string>;

/** Those of the manifest's shared volumes, made where they are missing. Throws `invalid_input` where the environment has no file system. */
export async function ensureAccessPoints(container: Container, target: TargetContext): Promise<AccessPoints> {
  const { app, spec, environment } = target;
  const { volumes = [] } = spec;
  if (volumes.length === 0) return {};
  const { storage, name } = environment;
  if (!storage) throw wrongAt("storage", `${name} has none in its settings, and shared volumes need it.`);
  // Loaded for those who have a volume.
  const { ensureAccessPoint } = await import("#targets/files/access-points.ts");
  const efs = await container.clients.efs();
  const found = volumes.map(async (one) => {
    const arn = await ensureAccessPoint(efs, { storage, app, environment: name, volume: one.name });
    return [one.name, arn.slice(arn.lastIndexOf("/") + 1)] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** As a task definition says them; nothing where there are none. */
export function taskVolumes(
  { spec, environment }: Pick<TargetContext, "spec" | "environment">,
  accessPoints: AccessPoints,
): { volumes?: TaskVolume[]; mountPoints?: MountPoint[] } {
  const { volumes = [] } = spec;
  if (volumes.length === 0) return {};
  return {
    volumes: volumes.map(({ name }) => ({
      name,
      efsVolumeConfiguration: {
        fileSystemId: environment.storage!.fileSystem,
        transitEncryption: "ENABLED",
        authorizationConfig: { accessPointId: accessPoints[name]!, iam: "DISABLED" },
      },
    })),
    mountPoints: volumes.map(({ name, path }) => ({ sourceVolume: name, containerPath: path })),
  };
}

/** `TUTTI_VOLUME_DATA`: where it lies. */
export function volumeVariables({ volumes = [] }: Pick<Spec, "volumes">): Record<string, string> {
  return Object.fromEntries(volumes.map(({ name, path }) => [volumeVariable(name), path]));
}

/** As the revision that serves mounts them. */
export async function liveVolumes(
  { clients }: Container,
  { spec }: Pick<TargetContext, "spec">,
  revision: string | undefined,
): Promise<{ volumes?: LiveVolume[] }> {
  if (!spec.volumes?.length || !revision) return {};
  const { volumes = [] } = (await readRevision(clients, revision)) ?? {};
  return {
    volumes: volumes.map(({ name = "", efsVolumeConfiguration: efs }) => ({
      name,
      sizeGiB: null,
      where: [efs?.fileSystemId, efs?.authorizationConfig?.accessPointId].filter(Boolean).join(", "),
      copy: null,
    })),
  };
}

// Volumes of containers. Shared ones: each is a folder of the environment's file system, which tasks mount through an access point,
// over TLS (ECS developer guide, "Use Amazon EFS volumes with Amazon ECS"). Whoever may start the task may mount it: the access point says
// as whom, and what of the file system is seen. Ephemeral ones: the service says what ECS is to make for each task, and ECS deletes it with
// the task ("Use Amazon EBS volumes with Amazon ECS"; ServiceManagedEBSVolumeConfiguration has no policy to keep it).
import type {
  MountPoint,
  Service,
  ServiceVolumeConfiguration,
  Volume as TaskVolume,
} from "@aws-sdk/client-ecs";
import { roleFor } from "#core/domain/app-role.ts";
import type { Spec } from "#core/domain/spec.ts";
import { type LiveVolume, volumeVariable } from "#core/domain/volume.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { wrongAt } from "#core/errors.ts";
import type { Container } from "./container.ts";
import { readRevision } from "./task-definitions.ts";
import type { Task } from "./tasks.ts";

/** By the manifest's name of the volume. */
export type AccessPoints = Record<string, string>;

type Placed = Pick<TargetContext, "app" | "spec" | "environment">;

/** Those of the manifest's shared volumes, made where they are missing. Throws `invalid_input` where the environment has no file system. */
export async function ensureAccessPoints(container: Container, target: TargetContext): Promise<AccessPoints> {
  const { app, spec, environment } = target;
  const shared = (spec.volumes ?? []).filter((one) => !one.ephemeral);
  if (shared.length === 0) return {};
  const { storage, name } = environment;
  if (!storage) throw wrongAt("storage", `${name} has none in its settings, and shared volumes need it.`);
  // Loaded for those who have a volume.
  const { ensureAccessPoint } = await import("#targets/files/access-points.ts");
  const efs = await container.clients.efs();
  const found = shared.map(async (one) => {
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
  const efsOf = (name: string) => ({
    fileSystemId: environment.storage!.fileSystem,
    transitEncryption: "ENABLED" as const,
    authorizationConfig: { accessPointId: accessPoints[name]!, iam: "DISABLED" as const },
  });
  return {
    volumes: volumes.map(({ name, ephemeral }) =>
      ephemeral ? { name, configuredAtLaunch: true } : { name, efsVolumeConfiguration: efsOf(name) },
    ),
    mountPoints: volumes.map(({ name, path }) => ({ sourceVolume: name, containerPath: path })),
  };
}

/**
 * As the service says it: what ECS makes for each task, encrypted as every disk here is. The file system is the one that disks of
 * machines have, so that a snapshot of one of theirs can be begun with: another than the snapshot's keeps the task from starting (ECS API
 * reference, ServiceManagedEBSVolumeConfiguration). Throws `invalid_input` where the environment has no role for it.
 */
export function serviceVolumes({ app, spec, environment }: Placed): ServiceVolumeConfiguration[] {
  const own = (spec.volumes ?? []).filter((one) => one.ephemeral);
  return own.map(({ name, sizeGiB, fromSnapshot }) => ({
    name,
    managedEBSVolume: {
      roleArn: roleFor(app, needRole(environment)),
      sizeInGiB: sizeGiB,
      volumeType: "gp3",
      encrypted: true,
      filesystemType: "ext4",
      ...(fromSnapshot === undefined ? {} : { snapshotId: fromSnapshot }),
      tagSpecifications: [{ resourceType: "volume", propagateTags: "SERVICE" }],
    },
  }));
}

function needRole({ cluster, name }: TargetContext["environment"]): string {
  if (cluster?.infrastructureRoleArn) return cluster.infrastructureRoleArn;
  throw wrongAt("cluster.infrastructureRoleArn", `${name} has none, and ECS makes disks of copies with it.`);
}

/** What ECS fills in by itself is no difference: it would be put right for ever. */
export function isSameVolumes(
  has: ServiceVolumeConfiguration[] = [],
  wanted: ServiceVolumeConfiguration[],
): boolean {
  const essence = ({ name, managedEBSVolume: disk }: ServiceVolumeConfiguration) =>
    [name, disk?.roleArn, disk?.sizeInGiB, disk?.snapshotId ?? "", disk?.filesystemType].join(" ");
  return has.map(essence).join() === wanted.map(essence).join();
}

/** `null`: as it should be. An environment that names no role any more says nothing of what runs. */
export function volumeDrift(
  target: Placed,
  service: Pick<Service, "deployments"> | undefined,
): string | null {
  if (!service || !target.environment.cluster?.infrastructureRoleArn) return null;
  const has = service.deployments?.[0]?.volumeConfigurations;
  return isSameVolumes(has, serviceVolumes(target))
    ? null
    : "The service's disks are not as its release has them.";
}

/** `TUTTI_VOLUME_DATA`: where it lies. */
export function volumeVariables({ volumes = [] }: Pick<Spec, "volumes">): Record<string, string> {
  return Object.fromEntries(volumes.map(({ name, path }) => [volumeVariable(name), path]));
}

/** As the revision that serves mounts them; a disk of a copy's own is seen at its task. */
export async function liveVolumes(
  { clients }: Container,
  { spec }: Pick<TargetContext, "spec">,
  revision: string | undefined,
  tasks: Pick<Task, "id" | "disk">[],
): Promise<{ volumes?: LiveVolume[] }> {
  if (!spec.volumes?.length || !revision) return {};
  const { volumes = [] } = (await readRevision(clients, revision)) ?? {};
  const own = volumes.find(({ configuredAtLaunch }) => configuredAtLaunch);
  const ownDisks = tasks.flatMap(({ id, disk }) =>
    own && disk
      ? [{ name: own.name ?? "", sizeGiB: disk.sizeGiB, where: disk.volumeId, copy: id, ephemeral: true }]
      : [],
  );
  const shared = volumes.flatMap(({ name = "", efsVolumeConfiguration: efs }) => {
    if (!efs) return [];
    const where = [efs.fileSystemId, efs.authorizationConfig?.accessPointId].filter(Boolean).join(", ");
    return [{ name, sizeGiB: null, where, copy: null }];
  });
  return { volumes: [...shared, ...ownDisks] };
}

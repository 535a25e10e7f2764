// A release as a task definition: pure. The digest of all that is in it is its identity, so that the same release in the
// same settings is registered once.
import { createHash } from "node:crypto";
import type { RegisterTaskDefinitionCommandInput, RuntimePlatform } from "@aws-sdk/client-ecs";
import { roleFor } from "#core/domain/app-role.ts";
import type { Cluster } from "#core/domain/environment.ts";
import type { Release } from "#core/domain/release.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { wrongAt } from "#core/errors.ts";
import { portNaming } from "./connect.ts";
import { CONTAINER, familyOf, type Label, labelTags, tagsOf } from "./naming.ts";
import type { TaskSecret } from "./secrets.ts";
import { runsOnFargate, sizeOf } from "./sizes.ts";
import { type AccessPoints, taskVolumes, volumeVariables } from "./volumes.ts";

/** ECS gives a container so long between SIGTERM and SIGKILL; Fargate allows at most 120 (ContainerDefinition, stopTimeout). */
const STOP_SECONDS = 30;

export type Definition = { label: Label; input: RegisterTaskDefinitionCommandInput };

/** What had to be asked for. */
type Found = { secrets?: TaskSecret[]; accessPoints?: AccessPoints };

export function definitionOf(
  namePrefix: string,
  target: Pick<TargetContext, "app" | "environment" | "spec">,
  release: Release,
  { secrets = [], accessPoints = {} }: Found = {},
): Definition {
  const { spec } = target;
  const cluster = needCluster(target);
  const { cpuUnits, memoryMiB } = sizeOf(spec);
  const fargate = runsOnFargate(spec.container);
  const { volumes, mountPoints } = taskVolumes(target, accessPoints);
  const body = {
    family: familyOf(namePrefix, target),
    networkMode: "awsvpc" as const,
    requiresCompatibilities: [fargate ? ("FARGATE" as const) : ("EC2" as const)],
    cpu: String(cpuUnits),
    memory: String(memoryMiB),
    executionRoleArn: roleFor(target.app, cluster.executionRoleArn),
    taskRoleArn: cluster.taskRoleArn && roleFor(target.app, cluster.taskRoleArn),
    // EC2 takes what the host is; Fargate has to be told, or it takes the same (RuntimePlatform).
    ...(fargate ? { runtimePlatform: platformOf(spec.container) } : {}),
    // 20 GiB come for nothing and must not be asked for (EphemeralStorage: 21 to 200).
    ...(fargate && spec.resources.diskGiB ? { ephemeralStorage: { sizeInGiB: spec.resources.diskGiB } } : {}),
    ...(volumes ? { volumes } : {}),
    containerDefinitions: [
      {
        name: CONTAINER,
        image: imageOf(release),
        essential: true,
        // The limit that the copy is killed at; on Fargate the task's is the same.
        memory: memoryMiB,
        portMappings: [{ containerPort: spec.port, protocol: "tcp" as const, ...portNaming(target) }],
        environment: environmentOf(target, release),
        ...(secrets.length > 0 ? { secrets } : {}),
        ...(mountPoints ? { mountPoints } : {}),
        stopTimeout: STOP_SECONDS,
        ...logging(cluster, `${target.app}/${release.version}`),
      },
    ],
  };
  const digest = createHash("sha256").update(JSON.stringify(body)).digest("hex").slice(0, 32);
  const label = { version: release.version, releaseId: release.id, digest };
  return { label, input: { ...body, tags: [...tagsOf(target), ...labelTags(label)] } };
}

/** A stream for each copy: `<app>/<version>/app/<task>`. The region is the cluster's (developer guide, "awslogs"). */
function logging({ arn, logGroup }: Cluster, prefix: string) {
  if (!logGroup) return {};
  const options = {
    "awslogs-group": logGroup,
    "awslogs-region": arn.split(":")[3]!,
    "awslogs-stream-prefix": prefix,
  };
  return { logConfiguration: { logDriver: "awslogs" as const, options } };
}

function platformOf({ architecture }: Spec["container"]): RuntimePlatform {
  return { cpuArchitecture: architecture === "arm64" ? "ARM64" : "X86_64", operatingSystemFamily: "LINUX" };
}

export function needCluster({ environment }: Pick<TargetContext, "environment">): Cluster {
  if (environment.cluster) return environment.cluster;
  throw wrongAt("cluster", `${environment.name} has none in its settings, and containers need it.`);
}

function imageOf({ artifact, version }: Release): string {
  if (artifact.image) return artifact.image;
  throw wrongAt("artifact.image", `the release ${version} names no image.`);
}

/** The manifest refuses names that are Tutti's, so that nothing is overwritten here. HOST is every address: a task has its own. */
function environmentOf(
  { app, environment, spec }: Pick<TargetContext, "app" | "environment" | "spec">,
  { version }: Release,
): { name: string; value: string }[] {
  const own = {
    HOST: "0.0.0.0",
    PORT: String(spec.port),
    TUTTI_APP: app,
    TUTTI_ENVIRONMENT: environment.name,
    TUTTI_VERSION: version,
  };
  return Object.entries({ ...spec.config, ...volumeVariables(spec), ...own }).map(([name, value]) => ({
    name,
    value,
  }));
}

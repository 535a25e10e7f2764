// Sentences for the dry run: where ECS, Fargate or the load balancer is coarser than the manifest, and where the registry's
// own rules could take away the image that the release names.

import type { ContainerInstance } from "@aws-sdk/client-ecs";
import { endangersReleases } from "#core/domain/kept-image.ts";
import { scalingNote } from "#core/domain/scaling.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { balancerNotes } from "#targets/balancer/target-health.ts";
import { listHosts, readLifecycleRules } from "./client.ts";
import { connectNotes } from "./connect.ts";
import type { Container } from "./container.ts";
import { needCluster } from "./definition.ts";
import { percentsOf } from "./percents.ts";
import { graceOf } from "./settings.ts";
import { sizeNotes, sizeOf } from "./sizes.ts";

export async function notes(container: Container, target: TargetContext, version: string): Promise<string[]> {
  const { spec } = target;
  return [
    ...balancerNotes(spec.health, spec.rollout.drainSeconds),
    ...graceNotes(spec),
    ...sizeNotes(spec),
    ...surgeNotes(target),
    ...connectNotes(target),
    ...(spec.scaling ? [scalingNote(spec.scaling)] : []),
    ...(await roomNotes(container, target)),
    ...(await lifecycleNotes(container, target, version)),
  ];
}

function graceNotes({ health }: Pick<Spec, "health">): string[] {
  const seconds = graceOf(health);
  if (seconds === health.graceSeconds) return [];
  return [
    `health.graceSeconds: ECS gives a copy ${seconds} s, the nearest it allows to ${health.graceSeconds}.`,
  ];
}

/** Of more than 100 copies, a percent is more than one. */
function surgeNotes({ spec }: Pick<TargetContext, "spec">): string[] {
  const { rollout, replicas } = spec;
  const { maximumPercent, minimumHealthyPercent } = percentsOf(rollout, replicas);
  const most = Math.floor((replicas * maximumPercent) / 100) - replicas;
  const rolls = rollout.strategy === "rolling" || rollout.strategy === "allAtOnce";
  if (!rolls || replicas <= 100) return [];
  return [
    `rollout: ECS moves tasks within ${minimumHealthyPercent} and ${maximumPercent} % of ${replicas}, at most ${most} more at once.`,
  ];
}

/** Which hosts have room at this moment changes by the second; what none of them could ever hold can be known. */
async function roomNotes({ clients }: Container, target: TargetContext): Promise<string[]> {
  const { container, resources } = target.spec;
  if (container.launchType !== "EC2" || container.capacityProviders.length > 0) return [];
  const hosts = await listHosts(clients, needCluster(target).arn);
  if (hosts.length === 0)
    return ["container.launchType: the cluster has no hosts, so that no copy can be placed."];
  const { cpuUnits, memoryMiB } = sizeOf(target.spec);
  const fits = hosts.some((host) => has(host, "CPU") >= cpuUnits && has(host, "MEMORY") >= memoryMiB);
  if (fits) return [];
  const asked = `cpu ${resources.cpu} and memoryMiB ${resources.memoryMiB}`;
  return [`resources: no host of the cluster is large enough for ${asked}, so that no copy can be placed.`];
}

function has({ registeredResources = [] }: ContainerInstance, name: "CPU" | "MEMORY"): number {
  return registeredResources.find((one) => one.name === name)?.integerValue ?? 0;
}

/** `<account>.dkr.ecr.<region>.<suffix>/<repository>[:tag][@digest]` (Amazon ECR user guide, "Private registry"). */
const ECR_IMAGE = /^(\d{12})\.dkr\.ecr\.([^./]+)\.[^/]+\/([^:@]+)/;

async function lifecycleNotes(
  { clients }: Container,
  { release }: TargetContext,
  version: string,
): Promise<string[]> {
  const { artifact } = await release(version);
  const [, registryId, region, repository] = ECR_IMAGE.exec(artifact.image ?? "") ?? [];
  if (!repository) return [];
  const own = await clients.ecr.config.region();
  if (region !== own)
    return [
      `artifact.image: ${repository} is in ${region}, and copies run in ${own}: each fetches the image from there, and nobody looked at its lifecycle rules.`,
    ];
  try {
    const rules = await readLifecycleRules(clients, repository, registryId);
    return rules && endangersReleases(rules)
      ? [
          `artifact.image: the lifecycle rules of ${repository} expire images: one that ${version} or an earlier release names may be gone when it is needed.`,
        ]
      : [];
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    return [`artifact.image: nobody could look at the lifecycle rules of ${repository}: ${error.message}`];
  }
}

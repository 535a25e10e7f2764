// Sentences for the dry run: where ECS, Fargate or the load balancer is coarser than the manifest, and where the registry's
// own rules could take away the image that the release names.
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { balancerNotes } from "#targets/balancer/target-health.ts";
import { readLifecycleRules } from "./client.ts";
import type { Container } from "./container.ts";
import { percentsOf } from "./percents.ts";
import { sizeNotes } from "./sizes.ts";

export async function notes(container: Container, target: TargetContext, version: string): Promise<string[]> {
  const { spec } = target;
  return [
    ...balancerNotes(spec.health, spec.rollout.drainSeconds),
    ...sizeNotes(spec),
    ...surgeNotes(target),
    ...(await lifecycleNotes(container, target, version)),
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

/** `<account>.dkr.ecr.<region>.<suffix>/<repository>[:tag][@digest]` (Amazon ECR user guide, "Private registry"). */
const ECR_IMAGE = /^(\d{12})\.dkr\.ecr\.[^/]+\/([^:@]+)/;

async function lifecycleNotes(
  { clients }: Container,
  { release }: TargetContext,
  version: string,
): Promise<string[]> {
  const { artifact } = await release(version);
  const [, registryId, repository] = ECR_IMAGE.exec(artifact.image ?? "") ?? [];
  if (!repository) return [];
  try {
    const rules = await readLifecycleRules(clients, repository, registryId);
    return rules && expires(rules)
      ? [
          `artifact.image: the lifecycle rules of ${repository} expire images: one that ${version} or an earlier release names may be gone when it is needed.`,
        ]
      : [];
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    return [`artifact.image: nobody could look at the lifecycle rules of ${repository}: ${error.message}`];
  }
}

function expires(rules: string): boolean {
  const parsed = JSON.parse(rules) as { rules?: { action?: { type?: string } }[] };
  return (parsed.rules ?? []).some(({ action }) => action?.type === "expire");
}

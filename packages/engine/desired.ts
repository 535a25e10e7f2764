// How many replicas a deployment is to leave running. The manifest's count is set only where it changed since the
// release before, so that a count which scaling chose is respected, as far as it lies within the bounds of scaling. A deployment that
// scales brings its own count.
import type { Purpose } from "#core/domain/deployment.ts";
import type { Fleet } from "#core/domain/replica.ts";
import { withinBounds } from "#core/domain/scaling.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Target } from "#core/domain/target.ts";
import { specOf } from "./context.ts";
import type { EngineDeps } from "./deps.ts";

export type Wanted = {
  spec: Spec;
  target: Target | null;
  fleet: Fleet;
  purpose?: Purpose | undefined;
};

export async function desiredCount(
  deps: EngineDeps,
  { spec, target, fleet, purpose }: Wanted,
): Promise<number> {
  // Where traffic alone is weighted a replica is a version, and one is to have all of it.
  if (deps.driver.capabilities.traffic === "weighted") return 1;
  if (purpose === "scale") return spec.replicas;
  if (!target || target.release === null) return spec.replicas;
  const now = countNow(target, fleet);
  if (now === 0) return spec.replicas;
  const before = await deps.store.releases.get(target.app, target.release);
  if (before === null) return spec.replicas;
  return isChanged(specOf(before, target.environment), spec)
    ? spec.replicas
    : withinBounds(spec.scaling, now);
}

/** Where a replica is a version, what a deployment that scales counts is what is kept initialised of it. */
export function keptCount(
  { driver }: Pick<EngineDeps, "driver">,
  { spec, purpose }: Pick<Wanted, "spec" | "purpose">,
): number | undefined {
  const counts = driver.capabilities.traffic === "weighted" && purpose === "scale";
  return counts ? spec.replicas : undefined;
}

/** With scaling, its least is where nobody has said a count: that moves nothing by itself. */
function isChanged(before: Spec, { replicas, scaling }: Spec): boolean {
  return replicas !== before.replicas && replicas !== scaling?.min;
}

/** Where the platform counts, scaling may have chosen another number than the last deployment. */
export function countNow(target: Pick<Target, "desired">, fleet: Pick<Fleet, "desired">): number {
  return fleet.desired ?? target.desired;
}

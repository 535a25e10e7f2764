// How many replicas a deployment is to leave running. The manifest's count is set only where it changed since the
// release before, so that a count which scaling chose is respected. A deployment that scales brings its own count.
import type { Trigger } from "#core/domain/deployment.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Target } from "#core/domain/target.ts";
import { specOf } from "./context.ts";
import type { EngineDeps } from "./deps.ts";

export async function desiredCount(
  deps: EngineDeps,
  spec: Spec,
  target: Target | null,
  trigger?: Trigger,
): Promise<number> {
  // Where traffic is weighted a replica is a version, and one is to have all of it.
  if (deps.driver.capabilities.traffic === "weighted") return 1;
  if (trigger === "scale") return spec.replicas;
  if (!target || target.release === null || target.desired === 0) return spec.replicas;
  const before = await deps.store.releases.get(target.app, target.release);
  const unchanged = before !== null && specOf(before, target.environment).replicas === spec.replicas;
  return unchanged ? target.desired : spec.replicas;
}

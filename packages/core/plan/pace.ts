// How fast a plan may go. Copies with a disk of their own are replaced one at a time, and the old one lets go before the
// new one comes, whatever else is said: two copies on one disk would destroy it.
import type { RolloutPolicy, Spec } from "../domain/spec.ts";
import { isStateful } from "../domain/volume.ts";

export const ONE_AT_A_TIME = {
  batch: 1,
  maxSurge: 0,
  maxUnavailable: 1,
} as const satisfies Partial<RolloutPolicy>;

/** The rollout as planners go by it. */
export function paceOf(spec: Pick<Spec, "rollout" | "volumes">): RolloutPolicy {
  return isStateful(spec) ? { ...spec.rollout, strategy: "rolling", ...ONE_AT_A_TIME } : spec.rollout;
}

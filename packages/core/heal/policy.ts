// How healing goes about it, where a manifest says nothing.
import type { HealingPolicy } from "../domain/spec.ts";

export const HEALING: HealingPolicy = {
  maxUnhealthyPercent: 50,
  maxRepairs: 5,
  pauseSeconds: 30,
  watchSeconds: 0,
  drift: "correct",
};

const MAX_ERROR_PERCENT = 5;

export function maxErrorPercentOf({ maxErrorPercent }: Pick<HealingPolicy, "maxErrorPercent">): number {
  return maxErrorPercent ?? MAX_ERROR_PERCENT;
}

const LONGEST_PAUSE_SECONDS = 3600;
/** A copy that stays well for so many pauses is no patient any more. */
const PAUSES_OF_REST = 4;

/** Between a repair and the one after it: doubled each time. */
export function pauseMs({ pauseSeconds }: Pick<HealingPolicy, "pauseSeconds">, repairs: number): number {
  if (repairs === 0) return 0;
  return 1000 * Math.min(LONGEST_PAUSE_SECONDS, pauseSeconds * 2 ** (repairs - 1));
}

export function restMs(policy: Pick<HealingPolicy, "pauseSeconds">, repairs: number): number {
  return PAUSES_OF_REST * pauseMs(policy, repairs);
}

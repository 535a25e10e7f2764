// How many replicas each batch takes. Percentages are of the whole (the desired count), not of what is left, so
// that planning again in the middle keeps the size of a batch.
import type { Amount, RolloutPolicy } from "../domain/spec.ts";
import { resolveAmount } from "./amount.ts";

/** The size of one entry: a percentage rounds down, and a batch is never empty. */
export function batchSize(entry: Amount, total: number): number {
  return Math.max(1, resolveAmount(entry, total, "floor"));
}

/** Sizes that sum up to `count`. Of a list the last entry repeats; no size is over `cap`. */
export function batchSizes(batch: Amount | Amount[], total: number, count: number, cap = count): number[] {
  const entries = Array.isArray(batch) ? batch : [batch];
  const last = entries.at(-1) ?? 1;
  const sizes: number[] = [];
  for (let left = count; left > 0; left -= sizes.at(-1)!) {
    const wanted = batchSize(entries[sizes.length] ?? last, total);
    sizes.push(Math.max(1, Math.min(wanted, cap, left)));
  }
  return sizes;
}

/** Splits a list into consecutive parts of these sizes. */
export function split<T>(items: T[], sizes: number[]): T[][] {
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return items.slice(from - size, from);
  });
}

/**
 * How many of `desired` replicas may be away at once because of us, where replicas are updated in place: the largest
 * batch, capped by `maxUnavailable`. At least 1, or nothing could ever be updated.
 */
export function unavailableAllowed(rollout: RolloutPolicy, desired: number): number {
  const entries = Array.isArray(rollout.batch) ? rollout.batch : [rollout.batch];
  const largest =
    rollout.strategy === "allAtOnce"
      ? desired
      : Math.max(...entries.map((entry) => batchSize(entry, desired)));
  return Math.max(1, Math.min(largest, resolveAmount(rollout.maxUnavailable, desired, "floor")));
}

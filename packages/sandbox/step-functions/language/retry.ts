// When a failed state is tried again.
import type { Retrier } from "./definition.ts";
import { matches } from "./errors.ts";

export type Attempt = { index: number; delaySeconds: number };

/** The retrier that takes this error and has attempts left; each counts its own. */
export function nextAttempt(
  retriers: Retrier[],
  counts: number[],
  error: string,
  random: () => number,
): Attempt | undefined {
  const index = retriers.findIndex((retrier) => matches(retrier.ErrorEquals, error));
  const retrier = retriers[index];
  if (!retrier || (counts[index] ?? 0) >= (retrier.MaxAttempts ?? 3)) return undefined;
  return { index, delaySeconds: delayOf(retrier, counts[index] ?? 0, random) };
}

/** Grows from IntervalSeconds (1) by BackoffRate (2), capped before the jitter. */
function delayOf(retrier: Retrier, earlier: number, random: () => number): number {
  const grown = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** earlier;
  const capped = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return retrier.JitterStrategy === "FULL" ? capped * random() : capped;
}

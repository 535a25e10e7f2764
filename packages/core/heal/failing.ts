// A platform that replaces copies by itself may go on for ever with one that ends at every start: each look meets another copy, too
// young to be judged, or an empty place, so that no copy is ever found broken twice. So it is asked why copies ended, and where one
// that it started since the first such look has ended too, and still fewer are well than it keeps, people are told. Pure.
import { instant } from "../clock.ts";
import type { Amiss } from "../domain/healing.ts";
import type { Failing, Fleet } from "../domain/replica.ts";
import type { HealingPolicy } from "../domain/spec.ts";
import * as words from "./words.ts";

export type FailingInput = {
  fleet: Pick<Fleet, "replicas" | "failing">;
  desired: number;
  /** What is remembered of it. */
  before: Amiss | undefined;
  policy: Pick<HealingPolicy, "pauseSeconds">;
};

/** `amiss`: what to remember; `why`: what to tell, once it has lasted. */
export function judgeFailing(
  { fleet, desired, before, policy }: FailingInput,
  nowMs: number,
): { amiss: Amiss | null; why: string | null } {
  const well = fleet.replicas.filter(({ health }) => health === "healthy").length;
  if (!fleet.failing || well >= desired) return { amiss: null, why: null };
  const amiss = before ?? { since: instant(nowMs), tries: 0, triedAt: null };
  const isTold = hasLasted(amiss, fleet.failing, policy, nowMs);
  return { amiss, why: isTold ? words.endAgain(fleet.failing, well, desired) : null };
}

function hasLasted(
  { since }: Amiss,
  { startedAt }: Failing,
  { pauseSeconds }: FailingInput["policy"],
  nowMs: number,
): boolean {
  const sinceMs = Date.parse(since);
  return nowMs - sinceMs >= pauseSeconds * 1000 && Date.parse(startedAt) >= sinceMs;
}

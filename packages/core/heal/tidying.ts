// When what deployments have left behind is taken away: at once where an end could not do it, ever more seldom where that does not
// help, and once a day in any case, since a builder may have lost its execution and an image whoever wanted it. Pure.
import { instant } from "../clock.ts";
import type { Target, Untidy } from "../domain/target.ts";
import { pauseMs } from "./policy.ts";

const DAILY_MS = 86_400_000;
const POLICY = { pauseSeconds: 60 };

export function isTidyingDue(
  { untidy, tidiedAt }: Pick<Target, "untidy" | "tidiedAt">,
  nowMs: number,
): boolean {
  if (untidy) return nowMs >= Date.parse(untidy.triedAt ?? untidy.since) + pauseMs(POLICY, untidy.tries);
  return tidiedAt === undefined || nowMs - Date.parse(tidiedAt) >= DAILY_MS;
}

/** After a try that failed; `by`: whose try it was, where nothing was left before. */
export function stillUntidy(before: Untidy | undefined, by: string, nowMs: number): Untidy {
  const at = instant(nowMs);
  return before
    ? { ...before, tries: before.tries + 1, triedAt: at }
    : { since: at, by, tries: 1, triedAt: at };
}

export function tidied(target: Target, nowMs: number): Target {
  const { untidy: _done, ...rest } = target;
  return { ...rest, tidiedAt: instant(nowMs) };
}

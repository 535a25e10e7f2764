// Whether as many copies run as there should be, and nothing else, where no platform sees to it: a host may have gone for good, or
// have come back with what it ran before. What is to be done is the plan's own answer; healing asks for it once it has been so for
// a while, ever more seldom where it does not help. Pure.
import { instant } from "../clock.ts";
import type { Amiss } from "../domain/healing.ts";
import type { Fleet } from "../domain/replica.ts";
import type { HealingPolicy } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import { whereIs } from "../plan/copy-id.ts";
import { pauseMs } from "./policy.ts";

export type AmissInput = {
  fleet: Pick<Fleet, "replicas" | "bad">;
  release: string;
  /** From what is live to the release, as a way back is planned: without hosts that do not answer. */
  steps: PlannedStep[];
};

/** In words; `null` where nothing of it can be put right. A copy that is broken is no such thing: it is repaired. */
export function amissBecause({ fleet, release, steps }: AmissInput): string | null {
  const versions = new Map(fleet.replicas.map((one) => [one.id, one.version]));
  const touched = (action: PlannedStep["action"]) =>
    steps.filter((step) => step.action === action).flatMap((step) => step.replicas);
  const installed = touched("install");
  const missing = installed.filter((id) => (versions.get(id) ?? null) === null);
  const others = installed.filter((id) => (versions.get(id) ?? release) !== release);
  const bad = new Set(fleet.bad);
  const surplus = touched("remove").filter((id) => !bad.has(whereIs(id).host));
  const moving = touched("remove").filter((id) => bad.has(whereIs(id).host));
  // One that moves has not left yet: nothing is missing for its sake.
  const gone = missing.length - moving.length;
  const said = [
    gone > 0 ? `${counted(gone)} missing` : "",
    moving.length > 0
      ? `${moving.join(", ")} ${moving.length === 1 ? "is" : "are"} on a host that is marked bad`
      : "",
    others.length > 0 ? `${others.join(", ")} ${others.length === 1 ? "runs" : "run"} another release` : "",
    surplus.length > 0 ? `${surplus.join(", ")} ${surplus.length === 1 ? "is" : "are"} too many` : "",
  ].filter((words) => words !== "");
  return said.length === 0 ? null : `${said.join("; ")}.`;
}

function counted(count: number): string {
  return count === 1 ? "one copy is" : `${count} copies are`;
}

export type Turn = {
  policy: Pick<HealingPolicy, "pauseSeconds" | "maxRepairs">;
  /** A person asked: no pause and no limit holds. */
  asked: boolean;
  /** Nothing else is to be done now. */
  isFree: boolean;
};

/** What to remember of it, and whether it is time to put it right. */
export function judgeAmiss(
  why: string | null,
  before: Amiss | undefined,
  { policy, asked, isFree }: Turn,
  nowMs: number,
): { amiss: Amiss | null; isDue: boolean } {
  if (why === null) return { amiss: null, isDue: false };
  const amiss = before ?? { since: instant(nowMs), tries: 0, triedAt: null };
  const fromMs = Date.parse(amiss.triedAt ?? amiss.since);
  const isTurn =
    amiss.tries < policy.maxRepairs && nowMs >= fromMs + pauseMs(policy, Math.max(1, amiss.tries));
  const isDue = isFree && (asked || isTurn);
  return isDue
    ? { amiss: { ...amiss, tries: amiss.tries + 1, triedAt: instant(nowMs) }, isDue }
    : { amiss, isDue };
}

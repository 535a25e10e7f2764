// DORA's four, for one app in one environment, from the deployments that ended in a window: deployment frequency, lead
// time for changes, change failure rate, and the time to recover from a failed deployment. Pure: what counts as what is
// decided here and told in docs/insights.md. Definitions: dora.dev/guides/dora-metrics-four-keys (read November 2026).
import type { Deployment } from "../domain/deployment.ts";

const DAY_MS = 86_400_000;

export type InsightsInput = {
  /** Of one target, in any order; those that did not end in the window are left out. */
  deployments: Pick<
    Deployment,
    | "id"
    | "version"
    | "status"
    | "trigger"
    | "purpose"
    | "wayBack"
    | "createdAt"
    | "startedAt"
    | "endedAt"
    | "changed"
    | "failures"
  >[];
  /** When what a version brings was made (its artifact, else its release). A version that is not here has no lead time. */
  madeAt: ReadonlyMap<string, string>;
  fromMs: number;
  toMs: number;
};

export type Insights = {
  deploymentFrequency: { perDay: number; succeeded: number };
  leadTime: { medianSeconds: number | null; samples: number };
  changeFailureRate: { percent: number | null; failed: number; changes: number };
  timeToRestore: { medianSeconds: number | null; samples: number };
  /** Oldest first, one for each day (UTC) of the window. */
  daily: { day: string; succeeded: number; failed: number }[];
};

type One = InsightsInput["deployments"][number] & { endedAt: string };
type Failed = { one: One; beganMs: number };

/** Work on what runs, not a change of it: another count, fresh copies, a restart by healing, the way back itself. */
const NO_CHANGES = new Set(["rollback", "scale", "restart", "healing"]);

export function insightsOf(input: InsightsInput): Insights {
  const ended = endedIn(input);
  const changes = ended.filter((one) => isChange(one) && reached(one));
  const failed = failuresAmong(changes, ended);
  const failedIds = new Set(failed.map(({ one }) => one.id));
  const succeeded = changes.filter((one) => one.status === "succeeded");
  const days = Math.max(1, (input.toMs - input.fromMs) / DAY_MS);
  const leads = succeeded.flatMap((one) => leadSeconds(one, input.madeAt));
  const restores = failed.flatMap((one) => restoreSeconds(one, ended));
  return {
    deploymentFrequency: { perDay: round(succeeded.length / days, 3), succeeded: succeeded.length },
    leadTime: { medianSeconds: median(leads), samples: leads.length },
    changeFailureRate: {
      percent: changes.length === 0 ? null : round((100 * failed.length) / changes.length, 1),
      failed: failed.length,
      changes: changes.length,
    },
    timeToRestore: { medianSeconds: median(restores), samples: restores.length },
    daily: daily(input, changes, failedIds),
  };
}

/** Oldest first. */
function endedIn({ deployments, fromMs, toMs }: InsightsInput): One[] {
  return deployments
    .filter((one): one is One => one.endedAt !== null)
    .filter((one) => Date.parse(one.endedAt) >= fromMs && Date.parse(one.endedAt) < toMs)
    .sort((a, b) => a.endedAt.localeCompare(b.endedAt) || a.id.localeCompare(b.id));
}

/** By its purpose too: what a schedule scales or restarts carries the schedule as its trigger. */
function isChange({ trigger, purpose, wayBack }: One): boolean {
  return purpose === undefined && !wayBack && !NO_CHANGES.has(trigger);
}

/** Somebody's, or a train's. */
function isWayBack({ trigger, wayBack = false }: One): boolean {
  return trigger === "rollback" || wayBack;
}

/** A change, or the way back from one. */
function bringsRelease(one: One): boolean {
  return isChange(one) || isWayBack(one);
}

/** One that was cancelled, or refused before anything moved, was no change of what people use. */
function reached(one: One): boolean {
  return one.status === "succeeded" || (one.status !== "cancelled" && one.changed);
}

/** Those that ended badly, and those that succeeded and that somebody then went back from. */
function failuresAmong(changes: One[], ended: One[]): Failed[] {
  return changes.flatMap((one): Failed[] => {
    if (one.status !== "succeeded") return [{ one, beganMs: Date.parse(firstSign(one)) }];
    // A scaling or a restart in between says nothing about the release: it is passed over.
    const next = ended.find((other) => other.endedAt > one.endedAt && reached(other) && bringsRelease(other));
    if (!next || !isWayBack(next)) return [];
    return [{ one, beganMs: Date.parse(next.createdAt) }];
  });
}

function firstSign(one: One): string {
  const signs = one.failures.map(({ at }) => at).sort();
  return signs[0] ?? one.startedAt ?? one.createdAt;
}

/** Until a release that works was live again: the way back's own end, or the next one that succeeded. */
function restoreSeconds({ one, beganMs }: Failed, ended: One[]): number[] {
  const restored =
    one.status === "rolled_back"
      ? one
      : ended.find(
          (other) => other.endedAt > one.endedAt && other.status === "succeeded" && bringsRelease(other),
        );
  return restored ? [Math.max(0, (Date.parse(restored.endedAt) - beganMs) / 1000)] : [];
}

function leadSeconds(one: One, madeAt: ReadonlyMap<string, string>): number[] {
  const made = madeAt.get(one.version);
  return made === undefined ? [] : [Math.max(0, (Date.parse(one.endedAt) - Date.parse(made)) / 1000)];
}

function daily({ fromMs, toMs }: InsightsInput, changes: One[], failedIds: Set<string>): Insights["daily"] {
  const byDay = Map.groupBy(changes, (one) => one.endedAt.slice(0, 10));
  const days: Insights["daily"] = [];
  for (let at = fromMs; at < toMs; at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    const those = byDay.get(day) ?? [];
    const failed = those.filter((one) => failedIds.has(one.id)).length;
    days.push({ day, succeeded: those.filter((one) => one.status === "succeeded").length, failed });
  }
  return days;
}

function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return round((sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2, 1);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

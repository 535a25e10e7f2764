// Whether a copy is broken is never judged by one sample: several looks are counted, and what most of them say holds. So a
// copy that fails only sometimes is found too, and one hiccup is nothing. A copy whose process has ended needs no second look.
import type { Replica } from "../domain/replica.ts";
import type { HealthPolicy } from "../domain/spec.ts";

/** Looks at each copy that was bad at the first one. */
export type Tally = Record<string, { bad: number; good: number; dead: boolean; detail: string }>;

type Grace = Pick<HealthPolicy, "graceSeconds">;

/** `null` where it is well, on its way, or too young to be judged. */
export function badLook(replica: Replica, { graceSeconds }: Grace, nowMs: number): string | null {
  const { version, health, detail, dead, startedAt } = replica;
  if (version === null || (health !== "unhealthy" && health !== "unknown")) return null;
  const young = startedAt !== null && nowMs - Date.parse(startedAt) < graceSeconds * 1000;
  return young && !dead ? null : (detail ?? health);
}

export function firstLook(replicas: Replica[], grace: Grace, nowMs: number): Tally {
  const tally: Tally = {};
  for (const one of replicas) {
    const detail = badLook(one, grace, nowMs);
    if (detail !== null) tally[one.id] = { bad: 1, good: 0, dead: one.dead ?? false, detail };
  }
  return tally;
}

/** A copy that is gone meanwhile is left out: its place is the platform's, or another's. */
export function nextLook(before: Tally, replicas: Replica[], grace: Grace, nowMs: number): Tally {
  const tally: Tally = {};
  for (const one of replicas) {
    const row = before[one.id];
    if (!row) continue;
    const detail = badLook(one, grace, nowMs);
    tally[one.id] =
      detail === null
        ? { ...row, good: row.good + 1, dead: false }
        : { bad: row.bad + 1, good: row.good, dead: one.dead ?? false, detail };
  }
  return tally;
}

/** Two looks at least, however low the threshold. */
export function looksNeeded({ unhealthyThreshold }: Pick<HealthPolicy, "unhealthyThreshold">): number {
  return Math.max(2, unhealthyThreshold);
}

export function isDecided(tally: Tally, needed: number): boolean {
  return Object.values(tally).every(({ bad, good, dead }) => dead || bad >= needed || good >= needed);
}

export type Broken = { replica: string; dead: boolean; detail: string };

/** As far as the looks go. */
export function brokenBy(tally: Tally, needed: number): Broken[] {
  return Object.entries(tally)
    .filter(([, { bad, dead }]) => dead || bad >= needed)
    .map(([replica, { dead, detail }]) => ({ replica, dead, detail }));
}

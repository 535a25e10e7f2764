// Whether a copy is broken is never judged by one sample: several looks are counted, and what most of them say holds; where each look
// asks several times, a copy of which every fifth answer is bad is broken too, though it is never bad for long. One hiccup is nothing.
// That the load balancer calls it anomalous is a bad look, and so are too many bad answers by the platform's count: that word is of many
// requests, and still one word.
// A copy whose process has ended needs no second look.
import type { Replica } from "../domain/replica.ts";
import type { HealingPolicy, HealthPolicy } from "../domain/spec.ts";
import { errorPercentOf, worstErrorPercentOf } from "./answers.ts";
import { maxErrorPercentOf } from "./policy.ts";
import * as words from "./words.ts";

/** Looks at each copy that was bad at the first one; where a look asks several times, each answer counts. */
export type Tally = Record<string, Row>;
type Row = {
  looks: number;
  bad: number;
  good: number;
  sampled: boolean;
  dead: boolean;
  anomalous: boolean;
  errorPercent?: number;
  detail: string;
};

/** Of many samples, so many in a hundred are no hiccup: people see every fifth request fail. */
const FLAPPING_PERCENT = 20;

/** What a look is held against. */
export type Limits = Pick<HealthPolicy, "graceSeconds"> & Pick<HealingPolicy, "maxErrorPercent">;

/** `null` where it is well, on its way, or too young to be judged. */
export function badLook(replica: Replica, limits: Limits, nowMs: number): string | null {
  const { version, health, detail, dead, startedAt } = replica;
  const errors = tooManyErrors(replica, limits);
  const isBad = health === "unhealthy" || health === "unknown" || isAnomalous(replica, limits);
  if (version === null || !isBad) return null;
  if (isYoung({ startedAt }, limits, nowMs) && !dead) return null;
  return errors === null ? (detail ?? health) : words.erring(maxErrorPercentOf(limits));
}

function isAnomalous(replica: Replica, limits: Limits): boolean {
  const { health, anomalous = false } = replica;
  return health === "healthy" && (anomalous || tooManyErrors(replica, limits) !== null);
}

/** The worst in percent of its answers, of a copy that is healthy by its checks and answers badly now. */
function tooManyErrors(replica: Replica, limits: Limits): number | null {
  const max = maxErrorPercentOf(limits);
  const isErring = replica.health === "healthy" && max > 0 && errorPercentOf(replica) > max;
  return isErring ? worstErrorPercentOf(replica) : null;
}

function isYoung(
  { startedAt }: Pick<Replica, "startedAt">,
  { graceSeconds }: Limits,
  nowMs: number,
): boolean {
  return startedAt !== null && nowMs - Date.parse(startedAt) < graceSeconds * 1000;
}

export function firstLook(replicas: Replica[], limits: Limits, nowMs: number): Tally {
  const tally: Tally = {};
  for (const one of replicas) {
    const seen = countedLook(one, limits, nowMs);
    if (seen.bad > 0) tally[one.id] = { looks: 1, ...seen };
  }
  return tally;
}

/** A copy that is gone meanwhile is left out: its place is the platform's, or another's. */
export function nextLook(before: Tally, replicas: Replica[], limits: Limits, nowMs: number): Tally {
  const tally: Tally = {};
  for (const one of replicas) {
    const row = before[one.id];
    if (!row) continue;
    const seen = countedLook(one, limits, nowMs);
    tally[one.id] = {
      looks: row.looks + 1,
      bad: row.bad + seen.bad,
      good: row.good + seen.good,
      sampled: row.sampled && seen.sampled,
      dead: seen.dead,
      anomalous: seen.anomalous,
      ...(seen.errorPercent === undefined ? {} : { errorPercent: seen.errorPercent }),
      detail: seen.bad > 0 ? seen.detail : row.detail,
    };
  }
  return tally;
}

function countedLook(one: Replica, limits: Limits, nowMs: number): Omit<Row, "looks"> {
  const { samples, dead = false, detail: said = "" } = one;
  const detail = badLook(one, limits, nowMs);
  const anomalous = isAnomalous(one, limits);
  const bad = detail === null ? 0 : 1;
  if (samples && samples.of > 1 && !anomalous && !isYoung(one, limits, nowMs))
    return {
      bad: samples.bad,
      good: samples.of - samples.bad,
      sampled: true,
      dead,
      anomalous,
      detail: said,
    };
  const percent = tooManyErrors(one, limits);
  return {
    bad,
    good: 1 - bad,
    sampled: false,
    dead: dead && bad > 0,
    anomalous,
    ...(percent === null ? {} : { errorPercent: percent }),
    detail: detail ?? said,
  };
}

/** Two looks at least, however low the threshold. */
export function looksNeeded({ unhealthyThreshold }: Pick<HealthPolicy, "unhealthyThreshold">): number {
  return Math.max(2, unhealthyThreshold);
}

export function isDecided(tally: Tally, needed: number): boolean {
  return Object.values(tally).every(({ looks, bad, good, sampled, dead }) =>
    sampled ? dead || looks >= needed : dead || bad >= needed || good >= needed,
  );
}

/**
 * `anomalous`: it serves, and only the load balancer, or the platform's count of its answers, sees what is wrong with it. `errorPercent`: of
 * its answers, by that count, in the worst of the minutes that were looked at.
 */
export type Broken = {
  replica: string;
  dead: boolean;
  detail: string;
  anomalous?: boolean;
  errorPercent?: number;
};

/** As far as the looks go. */
export function brokenBy(tally: Tally, needed: number): Broken[] {
  return Object.entries(tally)
    .filter(([, row]) => row.dead || (row.bad >= needed && isFlapping(row)))
    .map(([replica, { dead, detail, anomalous, errorPercent }]) => ({
      replica,
      dead,
      detail,
      ...(anomalous ? { anomalous } : {}),
      ...(errorPercent === undefined ? {} : { errorPercent }),
    }));
}

/** One look that asked once says it all; of many answers a part must be bad. */
function isFlapping({ bad, good, sampled }: Row): boolean {
  return !sampled || 100 * bad >= FLAPPING_PERCENT * (bad + good);
}

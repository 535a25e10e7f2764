// What healing does about the copies that are broken. Pure. The smallest repair comes first, no more at once than may be
// away, after pauses that double, and so often at most: then the target is degraded and nothing more is tried. Where too many
// are broken at once, or most answers of one that stands for many are bad, it is rather something they all depend on: nothing that runs is touched. A release that has just come
// and turns bad goes back, where the manifest allows it.
import { instant } from "../clock.ts";
import type { Healing } from "../domain/healing.ts";
import type { Replica } from "../domain/replica.ts";
import type { Amount, HealingPolicy } from "../domain/spec.ts";
import type { Repairs } from "../driver/capabilities.ts";
import type { Measure, Order } from "../driver/repair-orders.ts";
import { resolveAmount } from "../plan/amount.ts";
import { namePatients, type Sick } from "./patients.ts";
import { pauseMs } from "./policy.ts";
import type { Broken } from "./tally.ts";
import * as words from "./words.ts";

export type FleetInput = {
  policy: HealingPolicy;
  /** The driver's. */
  repairs: Repairs;
  maxUnavailable: Amount;
  desired: number;
  /** All copies there are. */
  replicas: Pick<Replica, "id" | "health">[];
  broken: Broken[];
  healing: Healing;
  /** A person asked: no pause and no limit holds. */
  asked: boolean;
  /** Until when the release is watched, in milliseconds since the epoch; `null` where it is not. */
  watchedUntilMs: number | null;
};

export type FleetVerdict = {
  /** What to remember, the orders counted in. */
  healing: Healing;
  orders: Order[];
  /** Why the target is degraded. */
  degraded: string | null;
  /** Why nothing that runs is touched. */
  held: string | null;
  /** Why the release goes back. */
  goBack: string | null;
  /** Why what runs is deployed again where it is missing, or is another. */
  restore?: string | null;
};

export function judgeFleet(input: FleetInput, nowMs: number): FleetVerdict {
  const { healing, policy } = input;
  const { sick, resting } = namePatients(input, nowMs);
  const held = heldBecause(input);
  const goBack = goBackBecause(input, sick, held, nowMs);
  const orders = goBack === null ? ordersFor(input, sick, held !== null, nowMs) : [];
  const degraded = goBack ?? held ?? degradedBecause(policy, input.repairs, sick, nowMs);
  const ordered = new Set(orders.map((one) => one.replica));
  const at = instant(nowMs);
  const patients = sick.map(({ patient }) =>
    ordered.has(patient.replica) ? { ...patient, repairs: patient.repairs + 1, repairedAt: at } : patient,
  );
  return {
    healing: {
      patients: [...patients, ...resting],
      heldSince: held === null ? null : (healing.heldSince ?? at),
      degraded: degraded !== null,
    },
    orders,
    degraded,
    held,
    goBack,
  };
}

/** One broken copy is never many, unless the platform counts the answers of all that it stands for. */
function heldBecause({ policy, broken, replicas, desired }: FleetInput): string | null {
  const erring = broken.find(({ errorPercent = 0 }) => errorPercent > policy.maxUnhealthyPercent);
  if (erring) return words.heldByErrors(erring, policy);
  const all = Math.max(desired, replicas.length);
  const tooMany = broken.length > 1 && broken.length * 100 > policy.maxUnhealthyPercent * all;
  return tooMany ? words.held(broken, all, policy) : null;
}

function goBackBecause(
  { policy, repairs, watchedUntilMs }: FleetInput,
  sick: Sick[],
  held: string | null,
  nowMs: number,
): string | null {
  if (watchedUntilMs === null || nowMs >= watchedUntilMs) return null;
  if (held !== null) return held;
  const again = sick.find((one) =>
    mayRepair(policy, measuresFor(one, repairs)) ? one.patient.repairs > 0 : isLong(policy, one, nowMs),
  );
  return again ? words.brokenAgain(again) : null;
}

/** The smallest first; none where the platform replaces such copies by itself. */
function measuresFor({ anomalous }: Sick, repairs: Repairs): readonly Measure[] {
  return anomalous ? repairs.anomalous : repairs.broken;
}

function mayRepair({ maxRepairs }: HealingPolicy, measures: readonly Measure[]): boolean {
  return maxRepairs > 0 && measures.length > 0;
}

/** Nobody repairs it, or the platform does: then a second pass has seen it. */
function isLong({ pauseSeconds }: HealingPolicy, { patient }: Sick, nowMs: number): boolean {
  return patient.brokenSince !== null && nowMs - Date.parse(patient.brokenSince) >= pauseSeconds * 1000;
}

function ordersFor(input: FleetInput, sick: Sick[], held: boolean, nowMs: number): Order[] {
  const { policy, maxUnavailable, desired } = input;
  const atOnce = Math.max(1, resolveAmount(maxUnavailable, desired, "floor"));
  let room = atOnce;
  let roomToReplace = atOnce - coming(input);
  const orders: Order[] = [];
  for (const one of sick) {
    const { replica, repairs, repairedAt } = one.patient;
    const measures = measuresFor(one, input.repairs);
    const measure = measures[Math.min(repairs, measures.length - 1, held ? 0 : measures.length)];
    // Starting what has ended takes nothing away from anybody.
    const harmless = one.dead && measure === "restart";
    const isTurn = input.asked || (repairs < policy.maxRepairs && isDue(policy, repairs, repairedAt, nowMs));
    if (measure === undefined || !isTurn || (held && !harmless)) continue;
    if (!harmless && (room <= 0 || (measure === "replace" && roomToReplace <= 0))) continue;
    if (!harmless) room -= 1;
    if (measure === "replace") roomToReplace -= 1;
    orders.push({ replica, measure });
  }
  return orders;
}

/** Copies on their way, and places that are empty. */
function coming({ replicas, desired }: FleetInput): number {
  const starting = replicas.filter(({ health }) => health === "starting").length;
  return starting + Math.max(0, desired - replicas.length);
}

function isDue(policy: HealingPolicy, repairs: number, repairedAt: string | null, nowMs: number): boolean {
  return repairedAt === null || nowMs >= Date.parse(repairedAt) + pauseMs(policy, repairs);
}

function degradedBecause(
  policy: HealingPolicy,
  repairs: Repairs,
  sick: Sick[],
  nowMs: number,
): string | null {
  const given = sick.find((one) =>
    mayRepair(policy, measuresFor(one, repairs))
      ? one.patient.repairs >= policy.maxRepairs &&
        isDue(policy, one.patient.repairs, one.patient.repairedAt, nowMs)
      : isLong(policy, one, nowMs),
  );
  if (!given) return null;
  const measures = measuresFor(given, repairs);
  return mayRepair(policy, measures) ? words.givenUp(given) : words.leftToPlatform(given, measures);
}

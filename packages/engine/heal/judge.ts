// What is wrong with a target and what healing may do about it, as core judges it. Where something that runs would be
// touched it is looked at several times first, some seconds apart; what is dead is clear at once.

import { type Healing, NOTHING_WRONG } from "#core/domain/healing.ts";
import type { Fleet, Replica } from "#core/domain/replica.ts";
import type { PlannedStep } from "#core/domain/step.ts";
import { amissBecause, judgeAmiss } from "#core/heal/amiss.ts";
import { lackBecause } from "#core/heal/bad-hosts.ts";
import { judgeFailing } from "#core/heal/failing.ts";
import { type FleetVerdict, judgeFleet } from "#core/heal/judge-fleet.ts";
import { HEALING } from "#core/heal/policy.ts";
import {
  type Broken,
  brokenBy,
  firstLook,
  isDecided,
  type Limits,
  looksNeeded,
  nextLook,
  type Tally,
} from "#core/heal/tally.ts";
import { whereIs } from "#core/plan/copy-id.ts";
import { asking } from "../asking.ts";
import type { EngineDeps } from "../deps.ts";
import { countNow } from "../desired.ts";
import type { LiveTarget } from "../live.ts";

/** All looks of a pass together take no longer, whatever the interval of the health check. */
const LONGEST_WATCH_MS = 10_000;

export type Judged = { fleet: Fleet; broken: Broken[]; verdict: FleetVerdict };

export async function judgeTarget(deps: EngineDeps, live: LiveTarget, asked: boolean): Promise<Judged> {
  const { health } = live.context.spec;
  const limits = limitsOf(live);
  const first = await asking(() => deps.driver.inspect({ ...live.context, thorough: true }));
  const tally = firstLook(first.replicas, limits, deps.clock.now());
  // Whatever the other looks would say, nothing would come of it.
  const worst = judgeNow(deps, live, { fleet: first, broken: brokenBy(tally, 1), asked });
  const needed = looksNeeded(health);
  if (isDecided(tally, needed) || isSettled(live, worst)) return worst;
  const { fleet, seen } = await watch(deps, live, { fleet: first, seen: tally });
  return judgeNow(deps, live, { fleet, broken: brokenBy(seen, needed), asked });
}

function limitsOf({ context: { spec } }: LiveTarget): Limits {
  return { ...spec.health, ...spec.healing };
}

/** Nothing is to be done, and nothing to be told that was not told before. */
function isSettled({ target }: LiveTarget, { verdict }: Judged): boolean {
  const before = target.healing ?? NOTHING_WRONG;
  return (
    verdict.orders.length === 0 &&
    verdict.goBack === null &&
    (verdict.restore ?? null) === null &&
    JSON.stringify(verdict.healing) === JSON.stringify(before)
  );
}

type Watched = { fleet: Fleet; seen: Tally };

async function watch(deps: EngineDeps, live: LiveTarget, first: Watched): Promise<Watched> {
  const { context } = live;
  const { health } = context.spec;
  const needed = looksNeeded(health);
  const pauseMs = Math.min(health.intervalSeconds * 1000, LONGEST_WATCH_MS / (2 * needed - 2));
  let { fleet, seen } = first;
  while (!isDecided(seen, needed)) {
    await deps.clock.sleep(pauseMs);
    fleet = await asking(() => deps.driver.inspect({ ...context, thorough: true }));
    seen = nextLook(seen, fleet.replicas, limitsOf(live), deps.clock.now());
  }
  return { fleet, seen };
}

type Seen = { fleet: Fleet; broken: Broken[]; asked: boolean };

/** With what is known of the target now; `broken` is what the looks have made of it. */
export function judgeNow(deps: EngineDeps, live: LiveTarget, { fleet, broken, asked }: Seen): Judged {
  const { target, context, active } = live;
  const policy = context.spec.healing ?? HEALING;
  const steps = stepsToRight(deps, live, fleet);
  const leaving = leavingBad(fleet, steps ?? []);
  const verdict = judgeFleet(
    {
      policy,
      repairs: deps.driver.capabilities.repairs,
      maxUnavailable: context.spec.rollout.maxUnavailable,
      desired: countNow(target, fleet),
      replicas: fleet.replicas.filter(isCarrier),
      // What leaves a bad host is not repaired there any more.
      broken: broken.filter((one) => !leaving.has(one.replica)),
      healing: withoutMoved(target.healing ?? NOTHING_WRONG, fleet),
      asked,
      watchedUntilMs: active ? null : watchedUntilMs(live),
    },
    deps.clock.now(),
  );
  const told = withFailing(deps, live, fleet, verdict);
  return { fleet, broken, verdict: withAmiss(deps, live, { fleet, steps, asked }, told) };
}

/** From what is live to what should be, as a way back is planned; `null` while a deployment is under way, and where somebody else counts the copies. */
function stepsToRight(deps: EngineDeps, live: LiveTarget, fleet: Fleet): PlannedStep[] | null {
  const { target, context, active } = live;
  const { release } = target;
  const counts = fleet.desired === undefined && deps.driver.capabilities.traffic !== "weighted";
  if (release === null || active || !counts) return null;
  const request = { fleet, version: release, desired: countNow(target, fleet), rollback: true };
  return deps.driver.plan(request, context.spec);
}

/** A copy that has left a bad host counts anew wherever it comes: it was the host. */
function withoutMoved(healing: Healing, { bad = [], replicas }: Fleet): Healing {
  const there = new Set(replicas.map((one) => one.id));
  const patients = healing.patients.filter(
    ({ replica }) => there.has(replica) || !bad.includes(whereIs(replica).host),
  );
  return patients.length === healing.patients.length ? healing : { ...healing, patients };
}

function leavingBad({ bad = [] }: Fleet, steps: PlannedStep[]): Set<string> {
  const removed = steps.filter((step) => step.action === "remove").flatMap((step) => step.replicas);
  return new Set(removed.filter((id) => bad.includes(whereIs(id).host)));
}

/** Where the platform's own new copies end again. A release that is watched goes back for it. */
function withFailing(deps: EngineDeps, live: LiveTarget, fleet: Fleet, verdict: FleetVerdict): FleetVerdict {
  const { target, context, active } = live;
  if (active || target.release === null) return verdict;
  const nowMs = deps.clock.now();
  const policy = context.spec.healing ?? HEALING;
  const before = target.healing?.amiss;
  const { amiss, why } = judgeFailing({ fleet, desired: countNow(target, fleet), before, policy }, nowMs);
  if (amiss === null) return verdict;
  const healing = { ...verdict.healing, amiss };
  if (why === null || verdict.degraded !== null) return { ...verdict, healing };
  const isWatched = nowMs < (watchedUntilMs(live) ?? 0);
  return {
    ...verdict,
    healing: { ...healing, degraded: true },
    degraded: why,
    goBack: isWatched ? why : null,
  };
}

type Planned = { fleet: Fleet; steps: PlannedStep[] | null; asked: boolean };

/** Where nothing else is to be done now. */
function withAmiss(
  deps: EngineDeps,
  { target, context }: LiveTarget,
  { fleet, steps, asked }: Planned,
  verdict: FleetVerdict,
): FleetVerdict {
  const { release } = target;
  if (steps === null || release === null) return verdict;
  const why = amissBecause({ fleet, release, steps });
  const policy = context.spec.healing ?? HEALING;
  const isFree = verdict.held === null && verdict.goBack === null && verdict.orders.length === 0;
  const { amiss, isDue } = judgeAmiss(
    why,
    target.healing?.amiss,
    { policy, asked, isFree },
    deps.clock.now(),
  );
  if (amiss === null) return withoutPlace(verdict, lackBecause(fleet, countNow(target, fleet)));
  return { ...verdict, healing: { ...verdict.healing, amiss }, restore: isDue ? why : null };
}

/** A copy that has lost its host and finds no other. */
function withoutPlace(verdict: FleetVerdict, lack: string | null): FleetVerdict {
  if (lack === null || verdict.degraded !== null) return verdict;
  return { ...verdict, degraded: lack, healing: { ...verdict.healing, degraded: true } };
}

/** Those of them that are broken by one more look too. */
export function stillBroken(deps: EngineDeps, live: LiveTarget, fleet: Fleet, before: Broken[]): Broken[] {
  const now = brokenBy(firstLook(fleet.replicas, limitsOf(live), deps.clock.now()), 1);
  const known = new Set(before.map((one) => one.replica));
  return now.filter((one) => known.has(one.replica));
}

function watchedUntilMs({ target, context }: LiveTarget): number | null {
  const { watched, release } = target;
  const seconds = context.spec.healing?.watchSeconds ?? 0;
  if (!watched || watched.version !== release || seconds === 0) return null;
  return Date.parse(watched.since) + seconds * 1000;
}

function isCarrier({ version }: Replica): boolean {
  return version !== null;
}

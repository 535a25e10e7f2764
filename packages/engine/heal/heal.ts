// Heal: one pass over a target. It looks without a lock, and takes it only when there is something to mend, so that a
// healthy target costs one look and no write. Under the lock everything is looked at again: that look is the last word.
// Healing goes on while a deployment waits for a person.
import { instant } from "#core/clock.ts";
import type { HealingRun } from "#core/domain/healing-run.ts";
import type { Broken } from "#core/heal/tally.ts";
import type { TargetName } from "#store/targets.ts";
import { asking } from "../asking.ts";
import type { EngineDeps } from "../deps.ts";
import { countNow } from "../desired.ts";
import { type LiveTarget, liveTarget } from "../live.ts";
import { findDueIdentity } from "../renew-identity.ts";
import { findRotated } from "../rotation.ts";
import { clearHosts, markHost } from "./hosts.ts";
import { type Judged, judgeNow, judgeTarget, stillBroken } from "./judge.ts";
import { type AssertOwn, isWaiting, underLoan } from "./lend.ts";
import { type FollowUp, goingBack, nothing, type Pass, restoring, untouched } from "./pass.ts";
import { remember } from "./remember.ts";
import { repair } from "./repair.ts";
import { findScaling } from "./scale.ts";
import { tellRun } from "./tell.ts";
import { removeLeft, tidyUp } from "./tidy-up.ts";
import { underLock } from "./under-lock.ts";

/** `survey`: what is to be mended is left to the workflow of healing, which whoever asked starts (follow-up.ts). */
export type HealRequest = TargetName & { trigger: HealingRun["trigger"]; survey?: boolean };

/** `next` is for whoever asked (follow-up.ts): a driver submits no deployment. */
export type HealOutcome = HealingRun & { next?: FollowUp; toMend?: Broken[] };

/** Runs that found nothing new are recorded only where somebody asked for them. */
export async function heal(deps: EngineDeps, request: HealRequest): Promise<HealOutcome> {
  const id = deps.ids("heal");
  const startedAt = instant(deps.clock.now());
  const { app, environment, trigger, survey = false } = request;
  const asked = trigger !== "schedule";
  const passed = await pass(deps, { app, environment, id, asked, survey });
  const { summary, toMend } = passed;
  if (toMend) {
    const endedAt = instant(deps.clock.now());
    return { id, app, environment, trigger, startedAt, endedAt, actions: passed.actions, summary, toMend };
  }
  // Asked last: what is broken is mended first, and a restart then replaces what is well.
  const next =
    passed.next ??
    (await findRotated(deps, { app, environment })) ??
    (await findDueIdentity(deps, { app, environment }));
  const scaled = next === null && passed.seen ? await findScaling(deps, passed.seen) : null;
  const calm = next === null && !scaled?.next ? passed.seen : undefined;
  const left = calm ? await tidyUp(deps, calm, id) : [];
  const actions = [...passed.actions, ...(scaled?.actions ?? []), ...left];
  const endedAt = instant(deps.clock.now());
  const run: HealingRun = { id, app, environment, trigger, startedAt, endedAt, actions, summary };
  if (actions.length > 0 || asked) await deps.store.healingRuns.put(run);
  await tellRun(deps, run);
  const due = next ?? scaled?.next;
  return due ? { ...run, next: due } : run;
}

export type Request = TargetName & { id: string; asked: boolean; survey?: boolean };

async function pass(deps: EngineDeps, request: Request): Promise<Pass> {
  const live = await liveTarget(deps, request);
  const { target, active } = live;
  if (target.release === null && !active)
    return { ...nothing("Nothing runs here."), actions: await removeLeft(deps, target, request.id) };
  if (active && !isWaiting(active)) return nothing(`${active.id} is under way; it looks after the target.`);
  const healer = target.lock?.owner;
  if (healer?.startsWith("heal_")) return nothing(`${healer} repairs it at this moment.`);
  const judged = await judgeTarget(deps, live, request.asked);
  const marked = request.asked ? null : await markHost(deps, live, judged);
  if (marked) return marked;
  if (!isToMend(live, judged)) {
    const cleared = await clearHosts(deps, live, judged);
    const passed = await told(deps, request, live, judged);
    return { ...passed, actions: [...cleared, ...passed.actions] };
  }
  if (request.survey) return { ...nothing("The repair is under way."), toMend: judged.broken };
  const mend = (assertOwn: AssertOwn) => mendNow(deps, request, judged.broken, assertOwn);
  if (!active) {
    return (await underLock(deps, target, request.id, mend)) ?? nothing("A deployment has just begun.");
  }
  return (await underLoan(deps, active.id, request.id, mend)) ?? nothing(`${active.id} has just gone on.`);
}

function isToMend(live: LiveTarget, { fleet, verdict }: Judged): boolean {
  if (verdict.goBack !== null) return false;
  return verdict.orders.length > 0 || (fleet.drift.length > 0 && correctsDrift(live));
}

/** While a deployment is under way nothing is drift. */
function correctsDrift({ active, context }: LiveTarget): boolean {
  return active === null && context.spec.healing?.drift !== "show";
}

/** Nothing is done to it; what is new is written and told. */
async function told(deps: EngineDeps, request: Request, live: LiveTarget, judged: Judged): Promise<Pass> {
  const { fleet, verdict } = judged;
  const isNew = await remember(deps, request, fleet, verdict);
  const { watched } = live.target;
  if (verdict.goBack !== null && watched) return goingBack(watched, verdict.goBack);
  if (verdict.restore && live.target.release !== null) return restoring(live.target.release, verdict.restore);
  const passed = untouched(judged, countNow(live.target, fleet), isNew || request.asked);
  return { ...passed, seen: { live, fleet } };
}

/** What was seen before the lock may be long over: a deployment may have come and gone. */
export async function mendNow(
  deps: EngineDeps,
  request: Request,
  before: Broken[],
  assertOwn: AssertOwn,
): Promise<Pass> {
  const live = await liveTarget(deps, request);
  if (live.target.release === null && !live.active) return nothing("Nothing runs here any more.");
  const fleet = await asking(() => deps.driver.inspect({ ...live.context, thorough: true }));
  const broken = stillBroken(deps, live, fleet, before);
  const judged = judgeNow(deps, live, { fleet, broken, asked: request.asked });
  if (!isToMend(live, judged)) return told(deps, request, live, judged);
  // Before the repair, so that one which dies in the middle is counted too.
  await remember(deps, request, fleet, judged.verdict);
  const orders = { replicas: judged.verdict.orders, drift: correctsDrift(live) };
  await assertOwn();
  const mended = await repair(deps, request, { live, fleet, orders });
  await deps.store.targets.setSnapshot(request, await asking(() => deps.driver.inspect(live.context)));
  return mended;
}

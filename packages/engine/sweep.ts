// Sweep: finds, for every target, what nothing else would: a deployment whose execution ended or never began, a
// waiting state that missed its wake-up, a lock whose owner is gone, a queue that nobody moved on, a change that was not told;
// then trains. Healing comes last, since drivers may be slow: what needs only the store never waits for them.
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import type { HealingAction } from "#core/domain/healing-run.ts";
import type { Target } from "#core/domain/target.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import { carryOn } from "./carry-on.ts";
import type { SweepDeps } from "./deps.ts";
import { handOverAtMs } from "./doubt.ts";
import { eachOf } from "./each-of.ts";
import { settleAgain } from "./end.ts";
import { heldUpBy } from "./freeze.ts";
import { followUp } from "./heal/follow-up.ts";
import type { HealOutcome } from "./heal/heal.ts";
import { isLent } from "./heal/lend.ts";
import { moveOf } from "./move.ts";
import { executionName, startExecution, startNext } from "./start.ts";
import { supersede } from "./supersede.ts";
import { tellMissed } from "./tell-missed.ts";
import { sweepTrains, type TrainMended } from "./train/sweep-trains.ts";
import { wake } from "./wake.ts";

/** What is younger is somebody's work of this moment. */
const YOUNG_MS = 15_000;
/** No healing pass takes so long. */
const HEALING_MS = 10 * 60_000;
const STORE_AT_ONCE = 8;
/** Of driver functions, which mostly wait for a platform. */
const HEALED_AT_ONCE = 50;
/** After so long no pass is begun any more: the function has 300 s, and an answer may take 120 s (functions/deps/events.ts). */
const HEALING_ENDS_MS = 150_000;

export type SweepReport = {
  targets: number;
  actions: (HealingAction & { app: string; environment: string })[];
  trains: TrainMended[];
};

/** `heal: false` only looks after deployments (an execution has just ended). */
export async function sweep(deps: SweepDeps, { heal = true } = {}): Promise<SweepReport> {
  const endsAt = deps.clock.now() + HEALING_ENDS_MS;
  const targets = await deps.store.targets.all();
  countWaiting(deps, targets);
  const report: SweepReport = { targets: targets.length, actions: [], trains: [] };
  await eachOf(targets, STORE_AT_ONCE, (target) => lookAfterTarget(deps, target, report));
  report.trains = await sweepTrains(deps);
  await tellKept(deps);
  if (heal) await healAll(deps, targets, endsAt);
  return report;
}

/** Where nobody waits nothing is counted, so that an idle installation pays for no metric. */
function countWaiting({ measures }: SweepDeps, targets: Target[]): void {
  const QueueLength = targets.reduce((sum, { queue }) => sum + queue.length, 0);
  if (QueueLength > 0) measures?.put({ values: { QueueLength } });
}

/** What the bus does not take now either is tried again in a minute. */
async function tellKept({ store, log }: SweepDeps): Promise<void> {
  try {
    await store.notices.tellKept();
  } catch (error) {
    log.error("notices could not be told", { error: String(error) });
  }
}

/** One target's trouble is not another's. */
async function lookAfterTarget(deps: SweepDeps, target: Target, report: SweepReport): Promise<void> {
  const { app, environment } = target;
  try {
    for (const done of [await mendQueue(deps, target), await mendLock(deps, target)])
      if (done) report.actions.push({ ...done, app, environment });
  } catch (error) {
    deps.log.error(LOG_MESSAGES.notSwept, { app, environment, error: String(error) });
  }
}

/** A target that cannot be inspected holds one place of many, and only for as long as its driver may take to answer. */
async function healAll(deps: SweepDeps, targets: Target[], endsAt: number): Promise<void> {
  let late = 0;
  await eachOf(fromMovingStart(targets, deps.clock.now()), HEALED_AT_ONCE, async (target) => {
    if (deps.clock.now() >= endsAt) late += 1;
    else await healOne(deps, target);
  });
  if (late > 0) deps.log.error(LOG_MESSAGES.sweepLate, { targets: targets.length, notLookedAt: late });
}

async function healOne(deps: SweepDeps, { kind, app, environment }: Target): Promise<void> {
  const request = { verb: "heal", app, environment, trigger: "schedule", survey: true } as const;
  try {
    const run = (await deps.drivers.invoke(kind, request)) as HealOutcome | undefined;
    if (run) await followUp(deps, run);
  } catch (error) {
    deps.log.error(LOG_MESSAGES.notSwept, { app, environment, error: String(error) });
  }
}

/** Each minute begins elsewhere, so that where there is no time for all, none is left out for long. */
function fromMovingStart(targets: Target[], nowMs: number): Target[] {
  const start = (Math.floor(nowMs / 60_000) * HEALED_AT_ONCE) % Math.max(1, targets.length);
  return [...targets.slice(start), ...targets.slice(0, start)];
}

async function mendQueue(deps: SweepDeps, target: Target): Promise<HealingAction | null> {
  if (!(await supersede(deps, target))) return null;
  return done("a deployment that was superseded and not told", "asked it to stop", "carried_on");
}

async function mendLock(deps: SweepDeps, target: Target): Promise<HealingAction | null> {
  if (!target.lock) return target.queue.length > 0 ? moveQueue(deps, target, "nobody") : null;
  const { owner, since } = target.lock;
  const ageMs = deps.clock.now() - Date.parse(since);
  if (!owner.startsWith("dep_"))
    return (await isMending(deps, owner, ageMs)) ? null : moveQueue(deps, target, owner);
  const deployment = await deps.store.deployments.get(owner);
  if (!deployment) return ageMs > YOUNG_MS ? moveQueue(deps, target, owner) : null;
  if (!isEnded(deployment.status)) return lookAfter(deps, deployment, ageMs);
  const nowMs = deps.clock.now();
  if (isLent(deployment, nowMs) || nowMs < handOverAtMs(deployment)) return null;
  await settleAgain(deps, deployment);
  return done("a lock whose deployment had ended", `released the lock of ${owner}`, "closed");
}

/** A repair lasts as long as its execution; a lock that none was started for is a pass's in one call. */
async function isMending(deps: SweepDeps, owner: string, ageMs: number): Promise<boolean> {
  const execution = await deps.healExecutions.describe(owner);
  return execution === "running" || ageMs <= (execution === "ended" ? YOUNG_MS : HEALING_MS);
}

async function moveQueue(deps: SweepDeps, target: Target, owner: string): Promise<HealingAction> {
  const { next } = await deps.store.targets.release(target, owner);
  if (next) await startNext(deps, target, next);
  return done(
    "a lock without an owner",
    next ? `started ${next}` : `released the lock of ${owner}`,
    "closed",
  );
}

async function lookAfter(
  deps: SweepDeps,
  deployment: Deployment,
  ageMs: number,
): Promise<HealingAction | null> {
  const execution = await deps.executions.describe(executionName(deployment));
  // Behind `planning` comes an execution, and only when it was told.
  if (deployment.status !== "planning" || execution === "missing")
    await tellMissed(deps, deployment, YOUNG_MS);
  if (execution === "running") return wakeMissed(deps, deployment);
  if (execution === "missing") {
    if (ageMs < YOUNG_MS) return null;
    if (deployment.status === "queued") return giveTurn(deps, deployment);
    await startExecution(deps, deployment);
    return done(`${deployment.id} had no execution`, "started it", "carried_on");
  }
  return carryOn(deps, deployment);
}

/** Its turn came, and it was not begun: because of a freeze, which may be over, or because somebody died. */
async function giveTurn(deps: SweepDeps, deployment: Deployment): Promise<HealingAction | null> {
  if (await heldUpBy(deps, deployment)) return null;
  await startNext(deps, deployment, deployment.id);
  return done(`${deployment.id} had its turn and was not begun`, "started it", "carried_on");
}

/** The decision is written and nobody waits for anything, and yet the state that waited was not woken. */
async function wakeMissed(deps: SweepDeps, deployment: Deployment): Promise<HealingAction | null> {
  const { next } = moveOf(deployment);
  if (!deployment.taskToken || next === "hold" || next === "bake") return null;
  await wake(deps, deployment);
  return done(`${deployment.id} was not woken`, "woke it", "carried_on");
}

export function done(finding: string, action: string, result: HealingAction["result"]): HealingAction {
  return { replica: null, finding, action, result };
}

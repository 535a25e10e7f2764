// Mend: the repair that a survey found due, as the first state of its workflow. It takes the target's lock in the run's name, or a
// loan of it from a deployment that waits; what the platform carries on keeps the lock until it has been looked after.
import { instant } from "#core/clock.ts";
import type { HealingRun } from "#core/domain/healing-run.ts";
import type { Lock } from "#core/domain/target.ts";
import type { HealMove, MendRequest } from "#core/heal/messages.ts";
import type { EngineDeps } from "../deps.ts";
import { liveTarget } from "../live.ts";
import { mendNow } from "./heal.ts";
import { type AssertOwn, isWaiting, underLoan } from "./lend.ts";
import { letGo } from "./let-go.ts";
import { nothing, type Pass } from "./pass.ts";
import { assertLocked, isMended, isOwn, takeLock } from "./take-lock.ts";
import { tellRun } from "./tell.ts";

const DONE: HealMove = { next: "done" };

/** Run twice, it waits for its first run and goes on from what that has recorded. */
export async function mend(deps: EngineDeps, request: MendRequest): Promise<HealMove> {
  const { app, environment, runId, trigger, broken } = request;
  const recorded = await deps.store.healingRuns.get(runId);
  if (recorded && isMended(recorded)) return goOn(deps, request, recorded);
  const { active } = await liveTarget(deps, request);
  const own = { app, environment, id: runId, asked: trigger !== "schedule" };
  if (active && !isWaiting(active)) {
    await finished(deps, request, nothing(`${active.id} is under way; it looks after the target.`));
    return DONE;
  }
  const work = (assertOwn: AssertOwn) => mendNow(deps, own, broken, assertOwn);
  if (active) {
    const passed = await underLoan(deps, active.id, runId, work);
    await finished(deps, request, passed ?? nothing(`${active.id} has just gone on.`));
    return DONE;
  }
  const turn = await takeLock(deps, request);
  if (turn === null) {
    await finished(deps, request, nothing("A deployment has just begun, or another attempt has ended."));
    return DONE;
  }
  return goOn(deps, request, "run" in turn ? turn.run : await underLock(deps, request, turn.lock, work));
}

async function underLock(
  deps: EngineDeps,
  request: MendRequest,
  lock: Lock,
  work: (assertOwn: AssertOwn) => Promise<Pass>,
): Promise<HealingRun> {
  try {
    return await recordedPass(deps, request, await work(() => assertLocked(deps, request, lock)));
  } catch (error) {
    // The next attempt has nobody to wait for.
    if (await isOwn(deps, request, lock)) await letGo(deps, request, request.runId);
    throw error;
  }
}

async function goOn(deps: EngineDeps, request: MendRequest, run: HealingRun): Promise<HealMove> {
  const { lock } = await deps.store.targets.need(request);
  const isOwn = lock?.owner === request.runId;
  if (isOwn && run.underWay && run.actions.some((one) => one.result === "begun")) return { next: "look" };
  await finished(deps, request, run);
  return DONE;
}

function recordedPass(
  deps: EngineDeps,
  request: MendRequest,
  { actions, summary }: Pass,
): Promise<HealingRun> {
  return put(deps, request, { actions, summary, underWay: true });
}

/** The run is told and recorded as it ended, and the lock, where it is the run's, goes on to whoever waits. */
export async function finished(
  deps: EngineDeps,
  request: MendRequest,
  { actions, summary }: Pick<HealingRun, "actions" | "summary">,
): Promise<void> {
  const run = await put(deps, request, { actions, summary });
  await tellRun(deps, run);
  await letGo(deps, request, request.runId);
}

async function put(
  { store, clock }: EngineDeps,
  { runId, app, environment, trigger, startedAt }: MendRequest,
  more: Pick<HealingRun, "actions" | "summary" | "underWay">,
): Promise<HealingRun> {
  const endedAt = instant(clock.now());
  const run = { id: runId, app, environment, trigger, startedAt, endedAt, execution: runId, ...more };
  await store.healingRuns.put(run);
  return run;
}

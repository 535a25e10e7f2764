// Heal: one pass over a target. It looks without a lock, and takes it only when there is something to mend, so that a
// healthy target costs one look and no write. Under the lock everything is looked at again: that look is the last word.
// Healing goes on while a deployment waits for a person.
import { instant } from "#core/clock.ts";
import type { HealingAction, HealingRun } from "#core/domain/healing-run.ts";
import type { Fleet } from "#core/domain/replica.ts";
import { TuttiError } from "#core/errors.ts";
import type { TargetName } from "#store/targets.ts";
import { asking } from "../asking.ts";
import type { EngineDeps } from "../deps.ts";
import { countNow } from "../desired.ts";
import { type LiveTarget, liveTarget } from "../live.ts";
import { restartRotated } from "../rotation.ts";
import { startNext } from "../start.ts";
import { isWaiting, underLoan } from "./lend.ts";
import { nothing, type Pass } from "./pass.ts";
import { repair } from "./repair.ts";

export type HealRequest = TargetName & { trigger: HealingRun["trigger"] };

/** Runs that found nothing are recorded only where somebody asked for them. */
export async function heal(deps: EngineDeps, request: HealRequest): Promise<HealingRun> {
  const id = deps.ids("heal");
  const startedAt = instant(deps.clock.now());
  const { actions, summary } = withRotation(
    await pass(deps, request, id),
    await restartRotated(deps, request),
  );
  const { app, environment, trigger } = request;
  const endedAt = instant(deps.clock.now());
  const run: HealingRun = { id, app, environment, trigger, startedAt, endedAt, actions, summary };
  if (actions.length > 0 || trigger !== "schedule") await deps.store.healingRuns.put(run);
  return run;
}

/** Asked last: what is broken is mended first, and a restart then replaces what is well. */
function withRotation({ actions, summary }: Pass, rotated: HealingAction | null): Pass {
  if (rotated === null) return { actions, summary };
  return { actions: [...actions, rotated], summary: `${summary} ${rotated.finding}.` };
}

async function pass(deps: EngineDeps, name: TargetName, id: string): Promise<Pass> {
  const live = await liveTarget(deps, name);
  const { target, active } = live;
  if (target.release === null && !active) return nothing("Nothing runs here.");
  if (active && !isWaiting(active)) return nothing(`${active.id} is under way; it looks after the target.`);
  const fleet = await look(deps, name, live);
  if (!needsRepair(fleet, live)) return nothing(allWell(fleet, live));
  const mend = () => mendNow(deps, name);
  if (!active) return underLock(deps, name, id, target.kind, mend);
  return (await underLoan(deps, active.id, id, mend)) ?? nothing(`${active.id} has just gone on.`);
}

/** What was seen before the lock may be long over: a deployment may have come and gone. */
async function mendNow(deps: EngineDeps, name: TargetName): Promise<Pass> {
  const live = await liveTarget(deps, name);
  if (live.target.release === null && !live.active) return nothing("Nothing runs here any more.");
  const fleet = await look(deps, name, live);
  if (!needsRepair(fleet, live)) return nothing(allWell(fleet, live));
  const mended = await repair(deps, name, live, fleet);
  if (mended.actions.length > 0) await look(deps, name, live);
  return mended;
}

async function look(deps: EngineDeps, name: TargetName, { context }: LiveTarget): Promise<Fleet> {
  const fleet = await asking(() => deps.driver.inspect(context));
  await deps.store.targets.setSnapshot(name, fleet);
  return fleet;
}

function allWell(fleet: Fleet, { target }: LiveTarget): string {
  return `${fleet.replicas.length} of ${countNow(target, fleet)} replicas, all well.`;
}

function needsRepair(fleet: Fleet, { target, active }: LiveTarget): boolean {
  const carriers = fleet.replicas.filter((one) => one.version !== null);
  const broken = carriers.some((one) => one.health === "unhealthy" || one.health === "unknown");
  if (active) return broken;
  const reachable = carriers.length + fleet.unreachable.length;
  const elsewhere = carriers.some((one) => one.version !== target.release);
  return broken || elsewhere || fleet.drift.length > 0 || reachable < countNow(target, fleet);
}

async function underLock(
  deps: EngineDeps,
  name: TargetName,
  id: string,
  kind: LiveTarget["target"]["kind"],
  work: () => Promise<Pass>,
): Promise<Pass> {
  try {
    await deps.store.targets.acquire({ ...name, kind, owner: id, onConflict: "reject" });
  } catch (error) {
    if (error instanceof TuttiError && error.code === "target_busy")
      return nothing("A deployment has just begun.");
    throw error;
  }
  try {
    return await work();
  } finally {
    const { next } = await deps.store.targets.release(name, id);
    if (next) await startNext(deps, name, next);
  }
}

// Heal: one pass over a target. It looks without a lock, and takes it only when there is something to mend, so that a
// healthy target costs one look and no write. Healing goes on while a deployment waits for a person.
import { instant } from "#core/clock.ts";
import type { HealingAction, HealingRun } from "#core/domain/healing-run.ts";
import type { Fleet } from "#core/domain/replica.ts";
import type { RepairResult } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import type { TargetName } from "#store/targets.ts";
import { asking } from "./asking.ts";
import type { EngineDeps } from "./deps.ts";
import { countNow } from "./desired.ts";
import { type LiveTarget, liveTarget } from "./live.ts";
import { startNext } from "./start.ts";

export type HealRequest = TargetName & { trigger: HealingRun["trigger"] };

/** Runs that found nothing are recorded only where somebody asked for them. */
export async function heal(deps: EngineDeps, request: HealRequest): Promise<HealingRun> {
  const id = deps.ids("heal");
  const startedAt = instant(deps.clock.now());
  const { actions, summary } = await pass(deps, request, id);
  const { app, environment, trigger } = request;
  const endedAt = instant(deps.clock.now());
  const run: HealingRun = { id, app, environment, trigger, startedAt, endedAt, actions, summary };
  if (actions.length > 0 || trigger !== "schedule") await deps.store.healingRuns.put(run);
  return run;
}

type Pass = Pick<HealingRun, "actions" | "summary">;

async function pass(deps: EngineDeps, name: TargetName, id: string): Promise<Pass> {
  const live = await liveTarget(deps, name);
  const { target, active } = live;
  if (target.release === null && !active) return nothing("Nothing runs here.");
  if (active && !isWaiting(active.status))
    return nothing(`${active.id} is under way; it looks after the target.`);
  const fleet = await look(deps, name, live);
  if (!needsRepair(fleet, live))
    return nothing(`${fleet.replicas.length} of ${countNow(target, fleet)} replicas, all well.`);
  // A waiting deployment keeps its lock, and lends it.
  if (active) return repair(deps, name, live);
  return underLock(deps, name, id, target.kind, () => repair(deps, name, live));
}

function isWaiting(status: string): boolean {
  return status === "paused" || status === "awaiting_approval" || status === "queued";
}

async function look(deps: EngineDeps, name: TargetName, { context }: LiveTarget): Promise<Fleet> {
  const fleet = await asking(() => deps.driver.inspect(context));
  await deps.store.targets.setSnapshot(name, fleet);
  return fleet;
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

/** Looks again: what was broken a moment ago may have been mended, and the lock makes this look the last word. */
async function repair(deps: EngineDeps, name: TargetName, live: LiveTarget): Promise<Pass> {
  const fleet = await look(deps, name, live);
  const results = await asking(() => deps.driver.repair(live.context, fleet));
  if (results.length === 0) return nothing("Nothing to mend.");
  await look(deps, name, live);
  const actions = results.map((one) => actionOf(one, fleet));
  for (const { replica, finding, action } of actions.filter((one) => one.result === "failed"))
    deps.log.error(LOG_MESSAGES.notMended, {
      app: name.app,
      environment: name.environment,
      replica,
      finding,
      action,
    });
  const repaired = actions.filter((one) => one.result === "repaired").length;
  return { actions, summary: `${repaired} of ${actions.length} repaired.` };
}

function actionOf(result: RepairResult, fleet: Fleet): HealingAction {
  const replica = fleet.replicas.find((one) => one.id === result.replica);
  const seen = replica?.detail ?? replica?.health;
  return {
    replica: result.replica,
    finding: seen ?? fleet.drift[0] ?? "missing",
    action: `${result.action}: ${result.detail}`,
    result: result.repaired ? "repaired" : "failed",
  };
}

function nothing(summary: string): Pass {
  return { actions: [], summary };
}

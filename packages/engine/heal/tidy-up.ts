// What deployments have left behind is taken away by the scheduled pass too: an end that met a platform which did not answer leaves a
// word in the target, and once a day everything is looked through. Under the target's lock, and only where all is well. Where a first
// deployment was to be removed again and could not be, all goes.
import type { HealingAction } from "#core/domain/healing-run.ts";
import type { Target } from "#core/domain/target.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { isTidyingDue, stillUntidy, tidied } from "#core/heal/tidying.ts";
import { asking } from "../asking.ts";
import type { EngineDeps } from "../deps.ts";
import { liveTarget } from "../live.ts";
import type { AssertOwn } from "./lend.ts";
import type { Seen } from "./scale.ts";
import { tellHealing } from "./tell.ts";
import { underLock } from "./under-lock.ts";

/** Nothing is told of a day on which nothing was known to be left. */
export async function tidyUp(
  deps: EngineDeps,
  { live, fleet }: Seen,
  runId: string,
): Promise<HealingAction[]> {
  const { target, active } = live;
  const isWell = fleet.replicas.every(({ version, health }) => version === null || health === "healthy");
  const calm = active === null && target.healing === undefined && fleet.drift.length === 0;
  if (!deps.driver.tidy || !calm || !isWell) return [];
  return whenDue(deps, target, runId);
}

/** Of a target that runs nothing. */
export async function removeLeft(deps: EngineDeps, target: Target, runId: string): Promise<HealingAction[]> {
  return target.untidy ? whenDue(deps, target, runId) : [];
}

async function whenDue(deps: EngineDeps, target: Target, runId: string): Promise<HealingAction[]> {
  if (!isTidyingDue(target, deps.clock.now())) return [];
  const tidy = (assertOwn: AssertOwn) => tidyNow(deps, target, runId, assertOwn);
  return (await underLock(deps, target, runId, tidy)) ?? [];
}

/** Under the lock it is looked at again: a deployment may have come and gone. */
async function tidyNow(
  deps: EngineDeps,
  name: Target,
  runId: string,
  assertOwn: AssertOwn,
): Promise<HealingAction[]> {
  const { target, context } = await liveTarget(deps, name);
  if (target.release === null && !target.untidy) return [];
  const nowMs = deps.clock.now();
  try {
    await assertOwn();
    await takeAway(deps, target, { ...context, note: deps.log.warn });
  } catch (error) {
    await deps.store.targets.change(target, (before) => ({
      ...before,
      untidy: stillUntidy(before.untidy, runId, nowMs),
    }));
    return [acted("could not be taken away: ", error instanceof Error ? error.message : String(error))];
  }
  const after = await deps.store.targets.change(target, (before) => cleared(tidied(before, nowMs)));
  await tellHealing(deps, target, after);
  return target.untidy
    ? [{ replica: null, finding: leftBy(target.untidy.by), action: "took it away", result: "closed" }]
    : [];
}

async function takeAway(deps: EngineDeps, target: Target, context: TargetContext): Promise<void> {
  const { driver, store } = deps;
  if (target.release !== null) return asking(async () => driver.tidy?.(context));
  await asking(() => driver.retire(context));
  await store.targets.setSnapshot(target, await asking(() => driver.inspect(context)));
}

/** What was degraded because something could not be removed is so no more. */
function cleared(target: Target): Target {
  return target.release === null ? { ...target, degraded: null } : target;
}

function acted(what: string, why: string): HealingAction {
  return { replica: null, finding: "what deployments left behind", action: what + why, result: "failed" };
}

function leftBy(id: string): string {
  return `something that ${id} has left behind`;
}

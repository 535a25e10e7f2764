// The lock of a healing run belongs to one attempt of it. An attempt whose answer was lost may be at work still: a later one waits
// for its end, or until it can touch nothing any more, and then takes the lock for itself.
import { instant } from "#core/clock.ts";
import type { HealingRun } from "#core/domain/healing-run.ts";
import type { Lock, Target } from "#core/domain/target.ts";
import { TuttiError } from "#core/errors.ts";
import type { MendRequest } from "#core/heal/messages.ts";
import { acquireLock } from "#store/target-lock.ts";
import type { ControlDeps } from "../deps.ts";
import { LONGEST_REPAIR_MS, tooLate } from "./lend.ts";

const BETWEEN_LOOKS_MS = 500;

/** `lock`: this attempt's own. `run`: what an earlier attempt has come to meanwhile. `null`: the target is somebody else's, or free again. */
export type Turn = { lock: Lock } | { run: HealingRun } | null;

export async function takeLock(deps: ControlDeps, request: MendRequest): Promise<Turn> {
  for (let isFirst = true; ; isFirst = false) {
    const at = instant(deps.clock.now());
    const lock = await tried(deps, request, { at, isFirst });
    if (lock?.owner !== request.runId) return null;
    if (lock.since === at) return { lock };
    await deps.clock.sleep(BETWEEN_LOOKS_MS);
    const run = await deps.store.healingRuns.get(request.runId);
    if (run && isMended(run)) return { run };
  }
}

/** An attempt has come to its end: there is nothing to repair any more. */
export function isMended({ actions, underWay }: HealingRun): boolean {
  return actions.length > 0 || !underWay;
}

/** A lock that an earlier attempt had and has given back is not taken again: what it left undone the next survey finds. */
async function tried(
  deps: ControlDeps,
  { app, environment, runId }: MendRequest,
  { at, isFirst }: { at: string; isFirst: boolean },
): Promise<Lock | null> {
  const isOver = ({ since }: Lock) => Date.parse(at) - Date.parse(since) >= LONGEST_REPAIR_MS;
  const taken = (target: Target): Target | null => {
    const { lock } = target;
    if (lock?.owner === runId) return isOver(lock) ? { ...target, lock: { owner: runId, since: at } } : null;
    return isFirst ? acquireLock(target, runId, "reject", at).target : null;
  };
  try {
    return (await deps.store.targets.change({ app, environment }, taken)).lock;
  } catch (error) {
    if (error instanceof TuttiError && error.code === "target_busy") return null;
    throw error;
  }
}

/** Throws `fenced`. */
export async function assertLocked(deps: ControlDeps, request: MendRequest, own: Lock): Promise<void> {
  const isLate = deps.clock.now() - Date.parse(own.since) >= LONGEST_REPAIR_MS;
  if (isLate || !(await isOwn(deps, request, own))) throw tooLate(request.runId);
}

export async function isOwn({ store }: ControlDeps, request: MendRequest, own: Lock): Promise<boolean> {
  const { lock } = await store.targets.need(request);
  return lock?.owner === own.owner && lock.since === own.since;
}

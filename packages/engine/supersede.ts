// What a newcomer that supersedes has written into the target is carried out here: those that it pushed out of the queue
// are cancelled, and the owner of the lock is asked to stop. By the newcomer itself, by those it concerns (whose record
// may come later than the newcomer), and by the sweep: it may be done twice and by several.
import { instant } from "#core/clock.ts";
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import type { Dropped, Target } from "#core/domain/target.ts";
import { acceptAction } from "#core/rollout/accept-action.ts";
import { allowedActions } from "#core/rollout/statuses.ts";
import type { ControlDeps } from "./deps.ts";
import { leaveQueue } from "./leave-queue.ts";
import { NEVER_COMES_MS } from "./start.ts";
import { wakeTrainOf } from "./train/wake-train.ts";
import { wake } from "./wake.ts";

/** As far as it concerns this deployment; of many that come at once each does its own part. */
export async function supersedeAround(deps: ControlDeps, target: Target, id: string): Promise<void> {
  for (const one of target.dropped ?? []) if (one.by === id || one.id === id) await cancel(deps, one);
  if (target.stopFor === id || target.lock?.owner === id) await stopOwner(deps, target);
}

/** All of it; and what is done is forgotten. Answers whether there was anything to do. */
export async function supersede(deps: ControlDeps, target: Target): Promise<boolean> {
  const told: string[] = [];
  for (const one of target.dropped ?? []) if (await cancel(deps, one)) told.push(one.id);
  if (told.length > 0) await forget(deps, target, told);
  return stopOwner(deps, target);
}

async function stopOwner(deps: ControlDeps, { stopFor, lock }: Target): Promise<boolean> {
  return stopFor !== undefined && lock?.owner.startsWith("dep_") ? stop(deps, lock.owner, stopFor) : false;
}

/** Answers whether it needs no more telling. */
async function cancel(deps: ControlDeps, { id, by, at }: Dropped): Promise<boolean> {
  if (!(await deps.store.deployments.get(id))) return deps.clock.now() - Date.parse(at) > NEVER_COMES_MS;
  const reason = `Superseded by ${await named(deps, by)} before it began.`;
  const after = await deps.store.deployments.change(id, (deployment) => {
    if (deployment.status !== "queued") return null;
    return {
      deployment: { ...deployment, status: "cancelled", reason, endedAt: instant(deps.clock.now()) },
      events: [{ type: "status", message: reason }],
    };
  });
  await wakeTrainOf(deps, after);
  return true;
}

async function forget({ store }: ControlDeps, target: Target, told: string[]): Promise<void> {
  await store.targets.change(target, ({ dropped = [], ...before }) => {
    const left = dropped.filter((one) => !told.includes(one.id));
    if (left.length === dropped.length) return null;
    return left.length > 0 ? { ...before, dropped: left } : before;
  });
}

/** One on its way back is left alone: it ends by itself. */
async function stop(deps: ControlDeps, id: string, by: string): Promise<boolean> {
  if (!(await deps.store.deployments.get(id))) return false;
  const newer = await deps.store.deployments.get(by);
  const actor = newer?.createdBy ?? by;
  const why = `superseded by ${await named(deps, by)}`;
  let asked = false;
  const after = await deps.store.deployments.change(id, (deployment) => {
    asked = isStoppable(deployment);
    if (!asked) return null;
    const at = instant(deps.clock.now());
    return {
      deployment: acceptAction(deployment, "abort", actor, at, why),
      events: [{ type: "operator", message: `Asked to stop: ${why}.`, actor }],
    };
  });
  // One whose turn a freeze held up has no execution that could end it.
  if (asked && isEnded(after.status)) await leaveQueue(deps, after);
  else if (asked) await wake(deps, after);
  return asked;
}

function isStoppable(deployment: Deployment): boolean {
  return allowedActions(deployment).includes("abort") && deployment.intent?.action !== "abort";
}

async function named({ store }: ControlDeps, id: string): Promise<string> {
  const deployment = await store.deployments.get(id);
  return deployment ? `${id} (${deployment.version})` : id;
}

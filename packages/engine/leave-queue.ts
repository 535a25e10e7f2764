// A deployment that ended without an execution leaves the queue, or gives back a lock it had just been handed.
import type { Deployment } from "#core/domain/deployment.ts";
import type { ControlDeps } from "./deps.ts";
import { isLent } from "./heal/lend.ts";
import { startNext } from "./start.ts";
import { wakeTrainOf } from "./train/wake-train.ts";

export async function leaveQueue(deps: ControlDeps, deployment: Deployment): Promise<void> {
  const target = await deps.store.targets.change(deployment, (before) =>
    before.queue.includes(deployment.id)
      ? { ...before, queue: before.queue.filter((id) => id !== deployment.id) }
      : null,
  );
  // Its lock may be lent for a repair at this moment; then the sweep gives it back.
  if (target.lock?.owner === deployment.id && !isLent(deployment, deps.clock.now())) {
    const { next } = await deps.store.targets.release(deployment, deployment.id);
    if (next) await startNext(deps, deployment, next);
  }
  await wakeTrainOf(deps, deployment);
}

// Starting the execution of a deployment, and handing a free target to the next in its queue. Both may be done twice.
// A start that fails is left to the sweep: the lock names whose turn it is.
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import { type Closed, closedSentence } from "#core/freeze/freeze.ts";
import { idTime } from "#core/ids.ts";
import type { TargetName } from "#store/targets.ts";
import type { ControlDeps } from "./deps.ts";
import { heldUpBy } from "./freeze.ts";

export function executionName(deployment: Pick<Deployment, "id" | "generation">): string {
  return `${deployment.id}-${deployment.generation}`;
}

/** Answers whether it was started (or runs already). */
export async function startExecution(deps: ControlDeps, deployment: Deployment): Promise<boolean> {
  const { id, kind, generation, traceId } = deployment;
  const input = { deploymentId: id, kind, generation, ...(traceId === undefined ? {} : { traceId }) };
  try {
    await deps.executions.start(executionName(deployment), input);
    return true;
  } catch (error) {
    deps.log.error("an execution could not be started; the sweep will", {
      deployment: id,
      error: String(error),
    });
    return false;
  }
}

/** No function that takes a place lives longer, so a record that is not there by then never comes. */
export const NEVER_COMES_MS = 60_000;

/** `id` holds the lock: starts it, or whoever comes after it where it has ended meanwhile, or was never recorded. */
export async function startNext(deps: ControlDeps, name: TargetName, id: string): Promise<void> {
  for (let next: string | null = id; next !== null; ) {
    const deployment = await deps.store.deployments.get(next);
    // Its owner took a place in the queue and is about to record it, or died: the sweep comes again.
    if (!deployment && deps.clock.now() - idTime(next) < NEVER_COMES_MS) return;
    if (deployment && !isEnded(deployment.status)) {
      const closed = deployment.status === "queued" ? await heldUpBy(deps, deployment) : null;
      if (closed) await tellHeldUp(deps, deployment, closed);
      else await startExecution(deps, await begin(deps, deployment));
      return;
    }
    ({ next } = await deps.store.targets.release(name, next));
  }
}

/** It keeps its turn, and the sweep starts it when the environment opens. Told once. */
async function tellHeldUp(deps: ControlDeps, { id, environment }: Deployment, closed: Closed): Promise<void> {
  const sentence = `Its turn, but ${closedSentence(environment, closed)}`;
  await deps.store.deployments.change(id, (deployment) =>
    deployment.status !== "queued" || deployment.reason === sentence
      ? null
      : { deployment: { ...deployment, reason: sentence }, events: [{ type: "note", message: sentence }] },
  );
}

function begin(deps: ControlDeps, { id }: Deployment): Promise<Deployment> {
  return deps.store.deployments.change(id, (deployment) =>
    deployment.status === "queued"
      ? {
          deployment: { ...deployment, status: "planning", reason: "" },
          events: [{ type: "status", message: "The target is free: its turn." }],
        }
      : null,
  );
}

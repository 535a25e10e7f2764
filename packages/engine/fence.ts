// Only the newest execution of a deployment may write. An older one is told so by an error that ends it quietly.
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import type { Step } from "#core/domain/step.ts";
import { TuttiError } from "#core/errors.ts";
import type { Change } from "#store/deployments.ts";
import type { ControlDeps } from "./deps.ts";

export type Caller = { deploymentId: string; generation: number };

/** The deployment, for an execution that may still change it. Throws `not_found` and `fenced`. */
export async function readOwn(deps: ControlDeps, caller: Caller): Promise<Deployment> {
  const deployment = await deps.store.deployments.need(caller.deploymentId);
  assertNewest(deployment, caller);
  return deployment;
}

/** As `deployments.change`, fenced: the check and the write are one. */
export function changeOwn(deps: ControlDeps, caller: Caller, change: Change): Promise<Deployment> {
  return deps.store.deployments.change(caller.deploymentId, (deployment) => {
    assertNewest(deployment, caller);
    return change(deployment);
  });
}

/**
 * Asked right before a driver changes something: another run of the same task, or a sweep, may have brought the step or the whole
 * deployment to its end since it was read, and the target may be somebody else's by now. Throws `fenced`.
 */
export async function isUnderWay(deps: ControlDeps, caller: Caller, step: Step): Promise<boolean> {
  return hasUnderWay(await readOwn(deps, caller), step);
}

/** Of this start of it: a step that was interrupted may be begun again. */
export function hasUnderWay({ steps }: Deployment, { index, startedAt }: Step): boolean {
  const now = steps[index];
  return now?.status === "running" && now.startedAt === startedAt;
}

function assertNewest(deployment: Deployment, caller: Caller): void {
  if (deployment.generation === caller.generation) return;
  throw new TuttiError(
    "fenced",
    `Execution ${caller.generation} of ${deployment.id} is over: number ${deployment.generation} has taken over.`,
  );
}

/** As `readOwn`, for an execution that carries on and could not even plan: nobody else would bring the deployment to its end. */
export async function readOrTakeOver(deps: ControlDeps, caller: Caller): Promise<Deployment> {
  const deployment = await deps.store.deployments.change(caller.deploymentId, (before) => {
    if (isEnded(before.status) || before.generation >= caller.generation) return null;
    const { replan: _failed, ...rest } = before;
    return { deployment: { ...rest, generation: caller.generation, rounds: 0, taskToken: null } };
  });
  assertNewest(deployment, caller);
  return deployment;
}

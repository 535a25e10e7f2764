// Only the newest execution of a deployment may write. An older one is told so by an error that ends it quietly.
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
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

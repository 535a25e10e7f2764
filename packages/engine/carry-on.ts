// Carry on: a deployment whose execution ended before it did gets a fresh one, which plans again from what is live.
// One that does not move however often it is carried on is closed.
import { instant } from "#core/clock.ts";
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import type { HealingAction } from "#core/domain/healing-run.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import type { ControlDeps } from "./deps.ts";
import { giveUp } from "./give-up.ts";
import { startExecution } from "./start.ts";

const MOST_REVIVALS = 5;

export async function carryOn(deps: ControlDeps, ended: Deployment): Promise<HealingAction | null> {
  if ((ended.revivals ?? 0) >= MOST_REVIVALS) return close(deps, ended);
  const deployment = await deps.store.deployments.change(ended.id, (before) => {
    if (isEnded(before.status) || before.generation !== ended.generation) return null;
    return {
      deployment: {
        ...before,
        generation: before.generation + 1,
        rounds: 0,
        taskToken: null,
        replan: true,
        doubtAt: instant(deps.clock.now()),
        revivals: (before.revivals ?? 0) + 1,
      },
      events: [{ type: "note", message: "Its execution had ended early; carried on in a fresh one." }],
    };
  });
  if (isEnded(deployment.status)) return null;
  await startExecution(deps, deployment);
  deps.log.warn(LOG_MESSAGES.carriedOn, { deployment: ended.id, generation: deployment.generation });
  return {
    replica: null,
    finding: `the execution of ${ended.id} had ended`,
    action: "carried on in a fresh one",
    result: "carried_on",
  };
}

async function close(deps: ControlDeps, { id, generation }: Deployment): Promise<HealingAction> {
  const error = {
    Error: "Tutti.Internal",
    Cause: `${MOST_REVIVALS} executions in a row ended without moving it on`,
  };
  await giveUp(deps, { deploymentId: id, generation, error });
  return { replica: null, finding: `${id} does not move`, action: "closed it", result: "closed" };
}

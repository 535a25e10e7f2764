// Wakes the state that waits, if one does. Whoever changed the deployment has written that first; a token nobody
// waits for any more is ignored, since the state that took it has read the deployment again.
import type { Deployment } from "#core/domain/deployment.ts";
import type { Move } from "#core/rollout/messages.ts";
import type { TrainMove } from "#core/train/messages.ts";
import type { ControlDeps } from "./deps.ts";
import { moveOf } from "./move.ts";

/** Error names of SendTaskSuccess for tokens that are over (Step Functions API Reference, SendTaskSuccess, Errors). */
const STALE = ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"];

export async function wake(deps: ControlDeps, deployment: Deployment): Promise<void> {
  if (deployment.taskToken) await sendToken(deps, deployment.taskToken, deployment);
}

export async function sendToken(deps: ControlDeps, token: string, deployment: Deployment): Promise<void> {
  await sendOutput(deps, token, moveOf(deployment));
}

export async function sendOutput(deps: ControlDeps, token: string, output: Move | TrainMove): Promise<void> {
  try {
    await deps.tokens.succeed(token, output);
  } catch (error) {
    if (!STALE.includes((error as Error).name)) throw error;
  }
}

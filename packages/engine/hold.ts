// Hold: waits for an operator's word, because of a pause or an approval. A day of silence goes back (roll-back.ts).
import { instant } from "#core/clock.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import { HOLD_ROUNDS } from "#core/rollout/limits.ts";
import type { WaitingCall } from "#core/rollout/messages.ts";
import { currentStep } from "#core/rollout/statuses.ts";
import { charge } from "./cost.ts";
import type { EngineDeps } from "./deps.ts";
import { changeOwn } from "./fence.ts";
import { moveOf } from "./move.ts";
import { withStep } from "./steps.ts";
import { isLate, withToken } from "./waiting-token.ts";
import { sendToken } from "./wake.ts";

/** Keeps the token and says what it waits for; where there is nothing to wait for any more, sends the token at once. */
export async function hold(deps: EngineDeps, caller: WaitingCall): Promise<void> {
  const at = instant(deps.clock.now());
  const charged = charge(2);
  const after = await changeOwn(deps, caller, (before) => {
    if (moveOf(before).next !== "hold" || before.taskToken === caller.taskToken) return null;
    if (isLate(before, caller)) return null;
    const rounds = before.rounds + HOLD_ROUNDS;
    const waiting = charged({ ...withToken(before, caller), rounds });
    const asked = isApproval(before) ? waitingForApproval(waiting, at) : paused(waiting);
    const message = isApproval(before) ? "Waits for an approval." : pauseMessage(before);
    return { deployment: asked, events: [{ type: "status", message }] };
  });
  if (moveOf(after).next !== "hold") await sendToken(deps, caller.taskToken, after);
}

/** A pause is stronger than an approval: both wait, and resuming comes first. */
function isApproval(deployment: Deployment): boolean {
  const isPause = deployment.status === "paused" || deployment.intent?.action === "pause";
  return !isPause && currentStep(deployment)?.type === "approval";
}

function waitingForApproval(deployment: Deployment, at: string): Deployment {
  const step = currentStep(deployment)!;
  const begun =
    step.status === "pending"
      ? withStep(deployment, step.index, { status: "running", startedAt: at })
      : deployment;
  return { ...begun, status: "awaiting_approval" };
}

function paused(deployment: Deployment): Deployment {
  return { ...deployment, status: "paused" };
}

function pauseMessage({ intent, reason }: Deployment): string {
  return intent?.action === "pause" ? `Paused by ${intent.actor}.` : `Paused. ${reason}`.trim();
}

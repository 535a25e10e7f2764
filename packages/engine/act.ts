// An operator's word: written to the deployment first, then whoever waits is woken. The word is not lost where the
// waking fails, since every state reads the deployment when it is entered, and the sweep wakes again.

import { instant } from "#core/clock.ts";
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import { acceptAction } from "#core/rollout/accept-action.ts";
import { currentStep, type DeploymentAction } from "#core/rollout/statuses.ts";
import type { ControlDeps } from "./deps.ts";
import { leaveQueue } from "./leave-queue.ts";
import { moveOf } from "./move.ts";
import { wake } from "./wake.ts";

export type Word = {
  action: DeploymentAction;
  actor: string;
  /** Of the caller; default the name. */
  actorId?: string | undefined;
  reason?: string | undefined;
};

/** The deployment as it stands then. Throws `not_found`, and `action_not_allowed` with `extra.allowed`. Said twice, it changes nothing more. */
export async function act(deps: ControlDeps, deploymentId: string, word: Word): Promise<Deployment> {
  const after = await deps.store.deployments.change(deploymentId, (deployment) => {
    const next = heard(deployment, word, instant(deps.clock.now()));
    if (next === deployment) return null;
    const because = word.reason ? `: ${word.reason}` : "";
    const message = `${PAST[word.action]} by ${word.actor}${countOf(deployment, word)}${because}.`;
    return { deployment: next, events: [{ type: "operator", message, actor: word.actor }] };
  });
  if (isEnded(after.status)) await leaveQueue(deps, after);
  // One approval of several: what waits goes on waiting, and its time is not begun anew.
  else if (after.status !== "awaiting_approval" || moveOf(after).next !== "hold")
    await wakeQuietly(deps, after);
  return after;
}

/** ` (1 of 2)`, where more than one must approve. */
function countOf(deployment: Deployment, { action }: Word): string {
  const step = action === "approve" ? currentStep(deployment) : null;
  const needed = step?.approvers ?? 1;
  return needed === 1 ? "" : ` (${(step?.approvals?.length ?? 0) + 1} of ${needed})`;
}

/** Going on after a failure means: the failures so far and the alarms that fire are forgiven, and what is live is looked at anew. So it is where healing has repaired something meanwhile. */
function heard(deployment: Deployment, word: Word, at: string): Deployment {
  const accepted = acceptAction(deployment, word.action, word.actor, at, word.reason, word.actorId);
  const goesOn = accepted !== deployment && accepted.lent && moveOf(accepted).next !== "hold";
  const next = goesOn && accepted.intent?.action !== "abort" ? { ...accepted, replan: true } : accepted;
  const resumed = deployment.status === "paused" && next.status !== "paused";
  const failed = deployment.steps.some((step) => step.status === "failed" && !step.bestEffort);
  if (!resumed || !failed) return next;
  const { alarmsAtStart: _heardAnew, ...rest } = next;
  return { ...rest, reason: "", failures: [], replan: true, progressAt: at };
}

async function wakeQuietly(deps: ControlDeps, deployment: Deployment): Promise<void> {
  try {
    await wake(deps, deployment);
  } catch (error) {
    deps.log.warn("a waiting state could not be woken; the sweep will", {
      deployment: deployment.id,
      error: String(error),
    });
  }
}

const PAST: Record<DeploymentAction, string> = {
  pause: "Paused",
  resume: "Resumed",
  promote: "Promoted",
  approve: "Approved",
  reject: "Rejected",
  abort: "Aborted",
};

// What an operator's word makes of a deployment. Pure: the caller writes the result with a condition on `revision`
// (which it raises) and then wakes the state that waits, if one does.
import type { Deployment, Intent } from "../domain/deployment.ts";
import type { Step } from "../domain/step.ts";
import { TuttiError } from "../errors.ts";
import { allowedActions, currentStep, type DeploymentAction } from "./statuses.ts";

/** Throws `action_not_allowed` with `extra.allowed`. Asked twice, a word changes nothing more. `now` is an instant. */
export function acceptAction(
  deployment: Deployment,
  action: DeploymentAction,
  actor: string,
  now: string,
  reason?: string,
  /** Two callers may share a name, never an id. */
  actorId = actor,
): Deployment {
  const allowed = allowedActions(deployment);
  if (!allowed.includes(action)) throw notAllowed(deployment, action, allowed);
  if (deployment.intent?.action === action) return deployment;
  const word = { actor, at: now, ...(reason === undefined ? {} : { reason }) };
  if (action === "approve") return approved(deployment, { ...word, actorId });
  return EFFECTS[action](deployment, word);
}

type Word = Omit<Intent, "action">;

const EFFECTS: Record<
  Exclude<DeploymentAction, "approve">,
  (deployment: Deployment, word: Word) => Deployment
> = {
  pause: (deployment, word) => ({ ...deployment, intent: { action: "pause", ...word } }),
  resume: (deployment) => resumed(deployment),
  promote: (deployment) => promoted(deployment),
  reject: (deployment, word) => ({
    ...deployment,
    intent: { action: "abort", ...word, reason: because(`rejected by ${word.actor}`, word.reason) },
  }),
  abort: (deployment, word) =>
    deployment.status === "queued" ? cancelled(deployment, word) : aborted(deployment, word),
};

function resumed(deployment: Deployment): Deployment {
  const status = deployment.status === "paused" ? "running" : deployment.status;
  return { ...deployment, status, intent: null };
}

/**
 * The bake counts as waited for; its last look is still taken. No intent is left behind: the seconds say it all, and
 * the next bake is not promoted with this one. On a pause it is the same as resume.
 */
function promoted(deployment: Deployment): Deployment {
  const step = currentStep(deployment);
  const going = deployment.status === "paused" ? resumed(deployment) : deployment;
  if (step?.type !== "bake" || deployment.status === "paused") return going;
  return { ...going, bakedSeconds: step.seconds ?? 0 };
}

/** Four eyes where the manifest says how many approve. A second approval by the same caller counts once. */
function approved(
  deployment: Deployment,
  { actor, actorId, at, reason }: Word & { actorId: string },
): Deployment {
  const waiting = currentStep(deployment)!;
  const given = waiting.approvals ?? [];
  if (deployment.spec.rollout.minApprovers !== undefined && actorId === deployment.createdById)
    throw ownApproval(deployment);
  if (given.some((one) => one.byId === actorId)) return deployment;
  const because = reason === undefined ? {} : { reason };
  const approvals = [...given, { by: actor, byId: actorId, at, ...because }];
  const enough = approvals.length >= (waiting.approvers ?? 1);
  const after = { ...(enough ? succeededStep(waiting, at) : waiting), approvals };
  const steps = deployment.steps.map((step) => (step === waiting ? after : step));
  if (!enough) return { ...deployment, steps };
  return { ...deployment, status: "running", steps, intent: null, progressAt: at };
}

function ownApproval({ createdBy, spec }: Deployment): TuttiError {
  const many = spec.rollout.minApprovers === 1 ? "one other" : `${spec.rollout.minApprovers} others`;
  return new TuttiError("own_approval", `${createdBy} asked for this deployment; ${many} must approve it.`);
}

function succeededStep(step: Step, at: string): Step {
  return { ...step, status: "succeeded", startedAt: step.startedAt ?? at, endedAt: at };
}

function aborted(deployment: Deployment, word: Word): Deployment {
  return {
    ...deployment,
    intent: { action: "abort", ...word, reason: because(`aborted by ${word.actor}`, word.reason) },
  };
}

/** Nobody else would end it: a queued deployment has no execution. The caller takes it out of the queue. */
function cancelled(deployment: Deployment, word: Word): Deployment {
  const reason = because(`aborted by ${word.actor} before it began`, word.reason);
  return {
    ...deployment,
    status: "cancelled",
    endedAt: word.at,
    reason,
    intent: { action: "abort", ...word },
  };
}

function because(what: string, reason: string | undefined): string {
  return reason === undefined || reason === "" ? what : `${what}: ${reason}`;
}

function notAllowed(
  deployment: Deployment,
  action: DeploymentAction,
  allowed: DeploymentAction[],
): TuttiError {
  const list =
    allowed.length === 0 ? "nothing is" : `${allowed.join(", ")} ${allowed.length === 1 ? "is" : "are"}`;
  return new TuttiError(
    "action_not_allowed",
    `${action} is not allowed while the deployment is ${deployment.status}; ${list}.`,
    { extra: { status: deployment.status, allowed } },
  );
}

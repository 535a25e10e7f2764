// What may happen in which status: one table for actions, one for changes of the status itself.
import type { Deployment, DeploymentStatus } from "../domain/deployment.ts";
import type { Step } from "../domain/step.ts";

export const DEPLOYMENT_ACTIONS = ["pause", "resume", "promote", "approve", "reject", "abort"] as const;
export type DeploymentAction = (typeof DEPLOYMENT_ACTIONS)[number];

export const ACTIONS_BY_STATUS: Record<DeploymentStatus, readonly DeploymentAction[]> = {
  queued: ["abort"],
  planning: ["pause", "abort"],
  awaiting_approval: ["approve", "reject", "abort"],
  running: ["pause", "promote", "abort"],
  paused: ["resume", "promote", "abort"],
  rolling_back: [],
  succeeded: [],
  rolled_back: [],
  failed: [],
  cancelled: [],
};

export const NEXT_STATUSES: Record<DeploymentStatus, readonly DeploymentStatus[]> = {
  queued: ["planning", "cancelled", "failed"],
  planning: [
    "running",
    "awaiting_approval",
    "paused",
    "rolling_back",
    "succeeded",
    "rolled_back",
    "failed",
    "cancelled",
  ],
  // It ends as rolled back where the call that planned it did so and its answer was lost: nothing had been changed then.
  awaiting_approval: ["running", "rolling_back", "rolled_back", "cancelled", "failed"],
  running: [
    "planning",
    "awaiting_approval",
    "paused",
    "rolling_back",
    "succeeded",
    "rolled_back",
    "failed",
    "cancelled",
  ],
  // Here too, where the call that paused it died before it answered.
  paused: ["running", "planning", "rolling_back", "rolled_back", "failed", "cancelled"],
  rolling_back: ["rolled_back", "failed"],
  succeeded: [],
  rolled_back: [],
  failed: [],
  cancelled: [],
};

/** Staying as it is is always allowed: every verb may run twice. */
export function mayBecome(from: DeploymentStatus, to: DeploymentStatus): boolean {
  return from === to || NEXT_STATUSES[from].includes(to);
}

/** The step under way, or the next one; `null` where nothing is left to do. */
export function currentStep(deployment: Deployment): Step | null {
  return deployment.steps.find((step) => step.status === "running" || step.status === "pending") ?? null;
}

/** The table, and what the moment adds: promote needs a bake to skip, and a pause not yet taken up can be withdrawn. */
export function allowedActions(deployment: Deployment): DeploymentAction[] {
  const { status, intent } = deployment;
  const inTable = [...ACTIONS_BY_STATUS[status]];
  if (intent?.action === "abort") return inTable.filter((action) => action === "abort");
  if (status === "running" || status === "planning") {
    if (intent?.action === "pause") return ["pause", "resume", "abort"];
    const baking = currentStep(deployment)?.type === "bake";
    return inTable.filter((action) => action !== "promote" || baking);
  }
  return inTable;
}

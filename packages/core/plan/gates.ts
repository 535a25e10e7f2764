// Approvals and bakes around the steps of a driver's plan. The way back has none: it must not wait for anybody.
import type { RolloutPolicy } from "../domain/spec.ts";
import type { PlannedStep, Step } from "../domain/step.ts";

/** Nothing to do needs no approval: no steps stay no steps. */
export function withGates(steps: PlannedStep[], rollout: RolloutPolicy): PlannedStep[] {
  return steps.flatMap((step, index) => (step.rollback ? [step] : gated(step, index, rollout)));
}

function gated(step: PlannedStep, index: number, rollout: RolloutPolicy): PlannedStep[] {
  // What is only prepared runs nowhere yet: there is nothing to approve of by itself, and nothing to watch.
  const prepares = step.type === "prepare";
  const each = rollout.approval === "eachStep" && !prepares;
  const asks = each || (rollout.approval === "before" && index === 0);
  return [
    ...(asks ? [approval(step, rollout)] : []),
    step,
    ...(rollout.bakeSeconds > 0 && !prepares ? [bake(step, rollout.bakeSeconds)] : []),
  ];
}

function approval(step: PlannedStep, rollout: RolloutPolicy): PlannedStep {
  const label = rollout.approval === "before" ? "Approval before the start" : `Approval of ${step.label}`;
  const { minApprovers, approvalSeconds } = rollout;
  return { type: "approval", label, replicas: [], seconds: approvalSeconds, approvers: minApprovers ?? 1 };
}

/** A bake watches the replicas of the step before it: all earlier ones in every bake would make a plan grow with its square. */
function bake(step: PlannedStep, seconds: number): PlannedStep {
  return {
    type: "bake",
    label: `Bake ${seconds} s`,
    replicas: step.action === "remove" ? [] : step.replicas,
    version: step.version ?? null,
    seconds,
  };
}

/** Gives planned steps their place in a deployment, after the `from` that are there already. */
export function placed(steps: PlannedStep[], from = 0): Step[] {
  return steps.map((step, index) => ({
    ...step,
    index: from + index,
    status: "pending",
    startedAt: null,
    endedAt: null,
  }));
}

/** What an environment asks of every deployment in it, whatever the manifest says. */
export type ApprovalFloor = { approval: "before" | "eachStep"; minApprovers?: number | undefined };

/** The policy, with no fewer approvals than the environment asks for. */
export function atLeast(rollout: RolloutPolicy, floor: ApprovalFloor | undefined): RolloutPolicy {
  if (!floor) return rollout;
  const approval = STRENGTH[rollout.approval] < STRENGTH[floor.approval] ? floor.approval : rollout.approval;
  const minApprovers = Math.max(rollout.minApprovers ?? 0, floor.minApprovers ?? 0);
  return { ...rollout, approval, ...(minApprovers === 0 ? {} : { minApprovers }) };
}

const STRENGTH: Record<RolloutPolicy["approval"], number> = { none: 0, before: 1, eachStep: 2 };

/** Whether one policy lets through what the other would have somebody look at. */
export function isWeaker(asked: RolloutPolicy, than: RolloutPolicy): boolean {
  if (STRENGTH[asked.approval] < STRENGTH[than.approval]) return true;
  return than.approval !== "none" && (asked.minApprovers ?? 0) < (than.minApprovers ?? 0);
}

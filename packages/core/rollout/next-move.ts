// What the workflow does next, read off the deployment alone. Level-triggered: asked twice it says the same, so a
// state that is entered again, or an execution that takes over, needs no cursor.
import { type Deployment, isEnded } from "../domain/deployment.ts";
import type { Step } from "../domain/step.ts";
import { BAKE_SLICE_SECONDS } from "./bake-slice.ts";
import { HOLD_SECONDS } from "./limits.ts";
import type { Move } from "./messages.ts";
import { currentStep } from "./statuses.ts";

export type MoveLimits = {
  /** More replicas than this in one step are played in shards. */
  shardSize: number;
  /** So many rounds in one execution, then a fresh one takes over: 25,000 history events would end it. */
  maxRounds: number;
};

export function nextMove(deployment: Deployment, limits: MoveLimits): Move {
  const move = wanted(deployment, limits);
  if (move.next === "finish" || deployment.rounds < limits.maxRounds) return move;
  return { next: "carryOn", generation: deployment.generation + 1 };
}

function wanted(deployment: Deployment, limits: MoveLimits): Move {
  if (isEnded(deployment.status)) return { next: "finish" };
  const step = currentStep(deployment);
  // Nobody interrupts the way back.
  if (deployment.ending === null) {
    if (deployment.intent?.action === "abort") return { next: deployment.changed ? "rollBack" : "finish" };
    if (isPaused(deployment, step)) return { next: "hold", seconds: HOLD_SECONDS };
  }
  return step === null ? { next: "finish" } : moveOfStep(deployment, step, limits);
}

/** A pause waits for the replicas that are in the middle of their change: none is left drained for a day. */
function isPaused(deployment: Deployment, step: Step | null): boolean {
  if (deployment.status === "paused") return true;
  const inTheMiddle = step?.status === "running" && (step.type === "batch" || step.type === "shift");
  return deployment.intent?.action === "pause" && !inTheMiddle;
}

function moveOfStep(deployment: Deployment, step: Step, limits: MoveLimits): Move {
  if (step.type === "approval") return { next: "hold", seconds: step.seconds ?? HOLD_SECONDS };
  if (step.type === "hook") return { next: "hook" };
  if (step.type === "bake") return bakeMove(deployment, step);
  if (step.status === "running") return { next: "check" };
  const shards = shardsOf(step, limits.shardSize);
  if (shards === 1) return { next: "apply" };
  return { next: "shards", shards: Array.from({ length: shards }, (_, index) => index) };
}

/** In how many shares a step is played. */
export function shardsOf(step: Pick<Step, "replicas" | "whole">, shardSize: number): number {
  return step.whole ? 1 : Math.max(1, Math.ceil(step.replicas.length / shardSize));
}

/** Once all of it is behind us, a last look ends the step. */
function bakeMove(deployment: Deployment, step: Step): Move {
  const left = (step.seconds ?? 0) - (step.status === "running" ? deployment.bakedSeconds : 0);
  if (left <= 0) return { next: "check" };
  return { next: "bake", seconds: Math.min(BAKE_SLICE_SECONDS, left) };
}

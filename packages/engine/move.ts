// What comes next, as core says, and what only the engine knows: a plan that must be made again.
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import { MAX_ROUNDS, SHARD_SIZE } from "#core/rollout/limits.ts";
import type { Move } from "#core/rollout/messages.ts";
import { nextMove } from "#core/rollout/next-move.ts";

export function moveOf(deployment: Deployment): Move {
  if (isEnded(deployment.status)) return { next: "finish" };
  const carryOn: Move = { next: "carryOn", generation: deployment.generation + 1 };
  if (deployment.replan || deployment.rounds >= MAX_ROUNDS) return carryOn;
  if (deployment.ending !== null && !deployment.ending.planned) return { next: "rollBack" };
  return nextMove(deployment, { shardSize: SHARD_SIZE, maxRounds: MAX_ROUNDS });
}

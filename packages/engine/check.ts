// Check the step: watches it for up to 20 s and records what came of it in one write. Also the look between two
// slices of a bake.
import type { Usage } from "#core/domain/cost.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { Step } from "#core/domain/step.ts";
import { BAKE_SLICE_SECONDS } from "#core/rollout/bake-slice.ts";
import { SHARD_SIZE } from "#core/rollout/limits.ts";
import type { Move } from "#core/rollout/messages.ts";
import { shardsOf } from "#core/rollout/next-move.ts";
import { currentStep } from "#core/rollout/statuses.ts";
import { checkShards } from "./check-shards.ts";
import { contextFor } from "./context.ts";
import { charge } from "./cost.ts";
import type { EngineDeps } from "./deps.ts";
import { type Caller, changeOwn, readOwn } from "./fence.ts";
import { giveUpWayBack } from "./give-up.ts";
import type { Tally } from "./judge-step.ts";
import { moveOf } from "./move.ts";
import { recordWatch } from "./record-watch.ts";
import { type Watched, watchStep } from "./watch-step.ts";

export async function check(deps: EngineDeps, caller: Caller): Promise<Move> {
  const deployment = await readOwn(deps, caller);
  const step = currentStep(deployment);
  if (!step || !isWatched(deployment, step)) return moveOf(deployment);
  if (step.type !== "bake" && shardsOf(step, SHARD_SIZE) > 1)
    return checkShards(deps, caller, deployment, step);
  const watched = await watchOnce(deps, caller, deployment, step);
  return recordLook(deps, caller, step, watched, 3);
}

function isWatched(deployment: Deployment, step: Step): boolean {
  const { next } = moveOf(deployment);
  if (step.type === "bake") return step.status === "running" && (next === "bake" || next === "check");
  return step.status === "running" && next === "check";
}

async function watchOnce(
  deps: EngineDeps,
  caller: Caller,
  deployment: Deployment,
  step: Step,
): Promise<Watched> {
  const context = await contextFor(deps, deployment, step.version ?? null);
  const tally = tallyOf(deployment);
  return watchStep(deps, { caller, deployment, step, context, state: deployment.stepState, tally });
}

/** `transitions`: those of the round that this look ends; `rounds`: what it counts for towards the history limit; `elsewhere`: what shards used. */
export async function recordLook(
  deps: EngineDeps,
  caller: Caller,
  step: Step,
  watched: Watched,
  transitions: number,
  rounds = 1,
  elsewhere: Usage[] = [],
): Promise<Move> {
  const { used } = watched;
  const charged = charge(transitions + (used?.stateTransitions ?? 0), [
    ...elsewhere,
    ...(used ? [used] : []),
  ]);
  const recording = { watched, nowMs: deps.clock.now(), inPlace: deps.driver.capabilities.inPlace };
  const after = await changeOwn(deps, caller, (before) => {
    const recorded = recordWatch(withSlice(before, step), step.index, recording);
    if (!recorded) return null;
    const counted = { ...recorded.deployment, rounds: before.rounds + rounds };
    return { ...recorded, deployment: charged(counted) };
  });
  return (after.ending?.attempts ?? 0) >= 2 ? giveUpWayBack(deps, after) : moveOf(after);
}

/** A token that is still there when a bake is looked at is that of a slice which ran out: the slice is behind us. An operator's word takes precedence, and a second run finds no token. */
function withSlice(deployment: Deployment, step: Step): Deployment {
  if (step.type !== "bake" || deployment.taskToken === null || deployment.intent !== null) return deployment;
  const left = (step.seconds ?? 0) - deployment.bakedSeconds;
  const slice = Math.max(0, Math.min(BAKE_SLICE_SECONDS, left));
  return { ...deployment, bakedSeconds: deployment.bakedSeconds + slice };
}

export function tallyOf(deployment: Deployment): Tally {
  return {
    watches: deployment.watches,
    failures: deployment.failures,
    progressAtMs: Date.parse(deployment.progressAt),
    signature: "",
  };
}

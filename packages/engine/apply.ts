// Apply the step: the driver starts it. Watching it is the next state's. A task that runs twice hands the driver the memory
// of its first run, so that the second costs nothing.
import { instant } from "#core/clock.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { Progress } from "#core/driver/driver.ts";
import type { Move } from "#core/rollout/messages.ts";
import { asking } from "./asking.ts";
import { beginStep } from "./begin-step.ts";
import { tallyOf } from "./check.ts";
import { contextFor } from "./context.ts";
import type { EngineDeps } from "./deps.ts";
import { type Caller, changeOwn, hasUnderWay, readOwn } from "./fence.ts";
import { moveOf } from "./move.ts";
import { recordWatch } from "./record-watch.ts";
import { withNames } from "./steps.ts";
import { failedAtOnce } from "./watch-step.ts";

export async function apply(deps: EngineDeps, caller: Caller): Promise<Move> {
  const { deployment, step } = await beginStep(deps, caller);
  if (!step) return moveOf(deployment);
  const context = await contextFor(deps, deployment, step.version ?? null);
  const now = await readOwn(deps, caller);
  if (!hasUnderWay(now, step)) return moveOf(now);
  const progress = await asking(() => deps.driver.apply(context, step, deployment.stepState));
  const after = await record(deps, caller, step.index, progress);
  return moveOf(after);
}

function record(deps: EngineDeps, caller: Caller, index: number, progress: Progress): Promise<Deployment> {
  const nowMs = deps.clock.now();
  return changeOwn(deps, caller, (before) => {
    const step = before.steps[index];
    if (step?.status !== "running") return null;
    if (progress.phase === "failed") {
      const watched = failedAtOnce(before, step, tallyOf(before), progress);
      return recordWatch(before, index, { watched, nowMs, inPlace: deps.driver.capabilities.inPlace });
    }
    const events = progress.events ?? [];
    const named = withNames(before, index, progress.replicas);
    // A driver that remembers nothing and tells nothing costs no write.
    const silent = progress.state === null && before.stepState === null && events.length === 0;
    if (silent && named === before) return null;
    return {
      deployment: { ...named, stepState: progress.state, progressAt: instant(nowMs) },
      events,
    };
  });
}

// Marks a step as under way, and the target as changed, before the driver touches a copy: whoever finds the
// deployment after a crash knows that there may be something to take back.
import { instant } from "#core/clock.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { Step } from "#core/domain/step.ts";
import { currentStep } from "#core/rollout/statuses.ts";
import { readAlarms, startEvents, unheardAlarms } from "./alarms.ts";
import type { EngineDeps } from "./deps.ts";
import { type Caller, changeOwn } from "./fence.ts";
import { moveOf } from "./move.ts";
import { withStep } from "./steps.ts";

/** The deployment with its current step under way; `step` is `null` where the moment is not one for playing a step. */
export async function beginStep(
  deps: EngineDeps,
  caller: Caller,
): Promise<{ deployment: Deployment; step: Step | null }> {
  let unheard: string[] = [];
  const tried = await changeOwn(deps, caller, (before) => {
    const step = playable(before);
    if (step?.status !== "pending") return null;
    unheard = unheardAlarms(before, step);
    return unheard.length > 0 ? null : begun(before, step, instant(deps.clock.now()));
  });
  const deployment = unheard.length > 0 ? await beginGuarded(deps, caller, unheard) : tried;
  const step = playable(deployment);
  return { deployment, step: step?.status === "running" ? step : null };
}

/** Nothing is begun while the alarms that are to guard it cannot be read. */
async function beginGuarded(deps: EngineDeps, caller: Caller, names: string[]): Promise<Deployment> {
  const alarms = await readAlarms(deps, names);
  const alarmsAtStart = alarms.filter((one) => one.firing).map((one) => one.name);
  return changeOwn(deps, caller, (before) => {
    const step = playable(before);
    if (step?.status !== "pending") return null;
    const { deployment, events } = begun(before, step, instant(deps.clock.now()));
    return {
      deployment: { ...deployment, alarmsAtStart },
      events: [...startEvents(names, alarms), ...events],
    };
  });
}

function begun(before: Deployment, step: Step, at: string) {
  const running = withStep(before, step.index, { status: "running", startedAt: at });
  // An image that is made touches no copy: an abort meanwhile has nothing to take back.
  const changed = before.changed || step.type !== "prepare";
  return {
    deployment: { ...running, changed, stepState: null, watches: {}, bakedSeconds: 0, progressAt: at },
    events: [{ type: "step" as const, message: `${step.label} begins.`, step: step.index }],
  };
}

/** What a driver plays; approvals, bakes and hooks are the engine's own. */
const PLAYED: ReadonlySet<Step["type"]> = new Set(["prepare", "batch", "shift"]);

function playable(deployment: Deployment): Step | null {
  const { next } = moveOf(deployment);
  if (next !== "apply" && next !== "shards" && next !== "check") return null;
  const step = currentStep(deployment);
  return step && PLAYED.has(step.type) ? step : null;
}

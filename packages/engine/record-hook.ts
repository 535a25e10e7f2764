// What came of a hook, and what that makes of the deployment. Pure. Before the start a failure ends the deployment, which
// has changed nothing; later it acts as onFailure says, as a failure of the step before it does.
import type { Deployment } from "#core/domain/deployment.ts";
import type { NewEvent } from "#core/domain/event.ts";
import { type Hook, hookName } from "#core/domain/hook.ts";
import type { Step } from "#core/domain/step.ts";
import type { Changed } from "#store/deployments.ts";
import { tallyOf } from "./check.ts";
import type { HookResult } from "./deps.ts";
import { recordWatch } from "./record-watch.ts";
import { withStep } from "./steps.ts";
import type { Watched } from "./watch-step.ts";
import { asSentence } from "./why.ts";

export type HookTold = {
  hook: Hook;
  result: HookResult;
  /** It is tried once more. */
  again: boolean;
  at: string;
};

export function recordHook(before: Deployment, step: Step, told: HookTold): Changed {
  const { hook, result, again, at } = told;
  const said = outputEvents(step, hook, result);
  const reason = `hook ${hookName(hook)}: ${result.detail}`;
  if (again) {
    const message = `${step.label}: ${asSentence(result.detail)} It is tried again.`;
    const events: NewEvent[] = [...said, { type: "hook", message, step: step.index }];
    return { deployment: { ...before, progressAt: at }, events };
  }
  const after = closed(before, step, result.outcome === "done" ? null : reason, at);
  return { ...after, events: [...said, ...(after.events ?? [])] };
}

function closed(before: Deployment, step: Step, reason: string | null, at: string): Changed {
  if (reason === null) return watched(before, step, "done", "", at);
  if (step.bestEffort) return tolerated(before, step, reason, at);
  if (step.hook?.phase === "before") return neverBegun(before, step, reason, at);
  const hold = before.spec.rollout.onFailure === "pause";
  return watched(before, step, hold ? "hold" : "rollBack", reason, at);
}

function watched(
  before: Deployment,
  step: Step,
  outcome: Watched["outcome"],
  reason: string,
  at: string,
): Changed {
  const nothing = { failed: [], silent: [], healthy: [], events: [], state: null };
  const seen: Watched = { ...nothing, outcome, reason, tally: tallyOf(before) };
  return recordWatch(before, step.index, { watched: seen, nowMs: Date.parse(at), inPlace: false })!;
}

function tolerated(before: Deployment, step: Step, reason: string, at: string): Changed {
  const failed = withStep(before, step.index, { status: "failed", endedAt: at });
  const message = `${asSentence(reason)} It is not required: the rollout goes on.`;
  return {
    deployment: { ...failed, stepState: null, progressAt: at },
    events: [{ type: "failure", message, step: step.index }],
  };
}

function neverBegun(before: Deployment, step: Step, reason: string, at: string): Changed {
  const failed = withStep(before, step.index, { status: "failed", endedAt: at });
  const ending = { status: "rolled_back" as const, reason, since: at, planned: false, attempts: 0 };
  const { fewestLeft: _forward, ...open } = failed;
  return {
    deployment: { ...open, ending, stepState: null },
    events: [{ type: "failure", message: asSentence(reason), step: step.index }],
  };
}

function outputEvents(step: Step, hook: Hook, { output }: HookResult): NewEvent[] {
  const text = output.trim();
  return text === "" ? [] : [{ type: "hook", message: `${hookName(hook)} said: ${text}`, step: step.index }];
}

// Run the hook: one attempt of one call, in a function of its own, since it is the only one that reaches out to what
// somebody else named. The call is counted before it is made, so that a function that dies does not call for ever, and an
// operator who aborts does not wait for it.
import { instant } from "#core/clock.ts";
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import { type Hook, type HookMessage, hookName } from "#core/domain/hook.ts";
import type { Step } from "#core/domain/step.ts";
import { HOOK_ROUNDS } from "#core/rollout/limits.ts";
import type { Move } from "#core/rollout/messages.ts";
import { currentStep } from "#core/rollout/statuses.ts";
import { charge } from "./cost.ts";
import type { HookDeps, HookResult } from "./deps.ts";
import { type Caller, changeOwn, readOwn } from "./fence.ts";
import { moveOf } from "./move.ts";
import { recordHook } from "./record-hook.ts";
import { withStep } from "./steps.ts";

const LISTEN_EVERY_MS = 1000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

export async function runHook(deps: HookDeps, caller: Caller): Promise<Move> {
  const deployment = await begin(deps, caller);
  const step = callable(deployment);
  if (step?.status !== "running") return moveOf(deployment);
  const hook = hookOf(deployment, step);
  const attempt = attemptsOf(deployment);
  const result = await callOnce(deps, caller, { deployment, step, hook, attempt });
  if (result === "aborted") return moveOf(await readOwn(deps, caller));
  const again = result.outcome === "notNow" && attempt < hook.attempts;
  const charged = charge(2);
  const after = await changeOwn(deps, caller, (before) => {
    if (before.steps[step.index]?.status !== "running" || attemptsOf(before) !== attempt) return null;
    const told = { hook, result, again, at: instant(deps.clock.now()) };
    const recorded = recordHook(before, step, told);
    return {
      ...recorded,
      deployment: charged({ ...recorded.deployment, rounds: before.rounds + HOOK_ROUNDS }),
    };
  });
  if (again && moveOf(after).next === "hook") await deps.clock.sleep(pauseMs(deps, attempt));
  return moveOf(after);
}

/** The whole of the moment's backoff or a part of it, so that many do not come back at once. */
function pauseMs({ random }: HookDeps, attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

function callable(deployment: Deployment): Step | null {
  const step = currentStep(deployment);
  return moveOf(deployment).next === "hook" && step?.type === "hook" ? step : null;
}

function attemptsOf({ stepState }: Deployment): number {
  return (stepState as { attempts?: number } | null)?.attempts ?? 0;
}

/** Marks the step as under way and counts the attempt; one that was counted too often has failed. */
function begin(deps: HookDeps, caller: Caller): Promise<Deployment> {
  const at = instant(deps.clock.now());
  return changeOwn(deps, caller, (before) => {
    const step = isEnded(before.status) ? null : callable(before);
    if (!step) return null;
    const fresh = step.status === "pending";
    const attempts = fresh ? 1 : attemptsOf(before) + 1;
    const hook = hookOf(before, step);
    if (attempts > hook.attempts) return recordHook(before, step, { hook, result: LOST, again: false, at });
    const running = fresh ? withStep(before, step.index, { status: "running", startedAt: at }) : before;
    return {
      deployment: { ...running, stepState: { attempts }, watches: {}, progressAt: at, taskToken: null },
      events: fresh ? [{ type: "step", message: `${step.label} begins.`, step: step.index }] : [],
    };
  });
}

const LOST: HookResult = {
  outcome: "refused",
  detail: "it was called, and nobody knows what came of it",
  output: "",
};

function hookOf({ spec }: Deployment, step: Step): Hook {
  const { phase, position } = step.hook!;
  return spec.hooks![phase][position]!;
}

type Calling = { deployment: Deployment; step: Step; hook: Hook; attempt: number };

async function callOnce(deps: HookDeps, caller: Caller, calling: Calling): Promise<HookResult | "aborted"> {
  const { deployment, hook } = calling;
  const place = await deps.store.environments.get(deployment.environment);
  const stop = new AbortController();
  const call = deps.hooks.call({
    app: deployment.app,
    hook,
    message: messageOf(calling),
    traceId: deployment.traceId,
    allowPrivate: place?.hooks?.allowPrivate ?? [],
    signal: stop.signal,
  });
  try {
    const aborted = listen(deps, caller, stop.signal);
    return await Promise.race([call, aborted.then(async (heard) => heard ?? (await call))]);
  } finally {
    stop.abort();
  }
}

/** Ends once an operator has aborted or a newer deployment supersedes it; with `null` once the call is over. */
async function listen(deps: HookDeps, caller: Caller, signal: AbortSignal): Promise<"aborted" | null> {
  while (!signal.aborted) {
    await deps.clock.sleep(LISTEN_EVERY_MS);
    if (signal.aborted) return null;
    const { intent } = await readOwn(deps, caller);
    if (intent?.action === "abort") return "aborted";
  }
  return null;
}

function messageOf({ deployment, step, hook, attempt }: Calling): HookMessage {
  const { id, app, environment, kind, version, previousVersion, trigger, createdBy } = deployment;
  const { phase, key } = step.hook!;
  return {
    phase,
    name: hookName(hook),
    deployment: id,
    app,
    environment,
    kind,
    version,
    previousVersion,
    trigger,
    createdBy,
    step: phase === "afterStep" ? stepBefore(deployment, step) : null,
    attempt,
    idempotencyKey: `${id}-${key}`,
  };
}

function stepBefore({ steps }: Deployment, hook: Step): HookMessage["step"] {
  const played = steps.slice(0, hook.index).findLast((one) => one.type === "batch" || one.type === "shift");
  return played ? { index: played.index, type: played.type, label: played.label } : null;
}

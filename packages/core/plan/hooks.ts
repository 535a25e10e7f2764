// Hooks among the steps of a plan, and which of them a plan that is made again still owes. The way back has none: it must
// not depend on anything outside. A key names one moment: it stays the same however often the plan is made again.
import type { Deployment } from "../domain/deployment.ts";
import { type Hook, type HookPhase, type Hooks, hookName, NO_HOOKS } from "../domain/hook.ts";
import type { PlannedStep, Step } from "../domain/step.ts";

export type Past = Pick<Deployment, "steps" | "changed" | "purpose">;

/** Of a dry run: nothing has been done yet. */
const NO_PAST: Past = { steps: [], changed: false };

/** What touches the target, and so is followed by `afterStep`. */
const PLAYED: ReadonlySet<PlannedStep["type"]> = new Set(["batch", "shift"]);

/** Nothing to do calls nobody, unless this very deployment did it before. Scaling and restarting release nothing. */
export function withHooks(
  gated: PlannedStep[],
  hooks: Hooks = NO_HOOKS,
  past: Past = NO_PAST,
): PlannedStep[] {
  if (past.purpose !== undefined) return gated;
  const owed = owedHooks(past);
  if (gated.length === 0 && owed.length === 0 && !past.changed) return [];
  const first = Math.max(
    gated.findIndex((step) => step.type !== "approval"),
    0,
  );
  const before = past.changed ? [] : undone(calls(hooks, "before", "before"), past);
  const after = undone(calls(hooks, "after", "after"), past);
  return [
    ...owed,
    ...gated.slice(0, first),
    ...before,
    ...between(gated.slice(first), hooks, past),
    ...after,
  ];
}

/** The steps of the earlier plans are counted in, so that no key comes twice. */
function between(steps: PlannedStep[], hooks: Hooks, past: Past): PlannedStep[] {
  return steps.flatMap((step, index) => {
    if (!isPlayed(step)) return [step];
    return [step, ...calls(hooks, "afterStep", `step-${past.steps.length + index}`)];
  });
}

function calls(hooks: Hooks, phase: HookPhase, moment: string): PlannedStep[] {
  return hooks[phase].map((hook, position) => ({
    type: "hook",
    label: labelOf(hook, phase),
    replicas: [],
    hook: { phase, position, key: `${moment}-${position}` },
    ...(hook.required ? {} : { bestEffort: true }),
  }));
}

const WORDS: Record<HookPhase, string> = { before: "before", afterStep: "after the step", after: "after" };

function labelOf(hook: Hook, phase: HookPhase): string {
  return `Hook ${WORDS[phase]}: ${hookName(hook)}`;
}

/** Those behind the last step that was played, which nobody has called to an end. */
function owedHooks({ steps }: Past): PlannedStep[] {
  const last = steps.findLastIndex((step) => isPlayed(step) && isDone(step) && !step.rollback);
  if (last < 0) return [];
  const behind = steps.slice(last + 1);
  const until = behind.findIndex(isPlayed);
  const own = until < 0 ? behind : behind.slice(0, until);
  return own
    .filter((step) => step.hook?.phase === "afterStep" && !isPast(step))
    .map(({ type, label, replicas, hook, bestEffort }) => ({
      type,
      label,
      replicas,
      hook: { ...hook!, key: freshKey(hook!.key, steps) },
      ...(bestEffort ? { bestEffort } : {}),
    }));
}

function undone(planned: PlannedStep[], { steps }: Past): PlannedStep[] {
  return planned.flatMap((one) => {
    const same = steps.filter((step) => baseOf(step.hook?.key ?? "") === one.hook!.key);
    if (same.some(isPast)) return [];
    return [{ ...one, hook: { ...one.hook!, key: freshKey(one.hook!.key, steps) } }];
  });
}

/** A replica that is put back belongs to the step before it. */
function isPlayed(step: PlannedStep): boolean {
  return PLAYED.has(step.type) && !step.bestEffort;
}

/** Nobody asks for it again. */
function isPast(step: Step): boolean {
  return step.status === "succeeded" || (step.status === "failed" && step.bestEffort === true);
}

function isDone({ status }: Step): boolean {
  return status === "succeeded" || status === "failed";
}

/** One that failed, and is called again because somebody went on, is another call. */
function freshKey(key: string, steps: Step[]): string {
  const base = baseOf(key);
  const failed = steps.filter((step) => step.status === "failed" && baseOf(step.hook?.key ?? "") === base);
  return failed.length === 0 ? base : `${base}.${failed.length + 1}`;
}

function baseOf(key: string): string {
  return key.replace(/\.\d+$/, "");
}

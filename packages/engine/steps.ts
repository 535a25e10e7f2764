// Small pure changes of a deployment's list of steps.
import type { Deployment } from "#core/domain/deployment.ts";
import type { PlannedStep, Step } from "#core/domain/step.ts";
import { placed } from "#core/plan/gates.ts";

export function withStep(deployment: Deployment, index: number, change: Partial<Step>): Deployment {
  const steps = deployment.steps.map((step) => (step.index === index ? { ...step, ...change } : step));
  return { ...deployment, steps };
}

/** A new plan takes the place of what is left of the old one; what was done stays for history. */
export function withPlan(
  deployment: Deployment,
  planned: PlannedStep[],
  interrupted: "failed" | "skipped",
  at: string,
): Deployment {
  const before = deployment.steps.map((step) => closed(step, interrupted, at));
  return {
    ...deployment,
    steps: [...before, ...placed(planned, before.length)],
    stepState: null,
    watches: {},
    bakedSeconds: 0,
    taskToken: null,
    progressAt: at,
  };
}

/** The step takes over the ids that its copies turned out to have; so does the bake that watches them. */
export function withNames(deployment: Deployment, index: number, replicas: string[] | undefined): Deployment {
  const before = deployment.steps[index]?.replicas;
  if (!replicas || !before || sameNames(before, replicas)) return deployment;
  const steps = deployment.steps.map((step) => {
    const hooks = deployment.steps.slice(index + 1, step.index).every((one) => one.type === "hook");
    const bakes = step.type === "bake" && step.index > index && hooks && sameNames(step.replicas, before);
    return step.index === index || bakes ? { ...step, replicas } : step;
  });
  return { ...deployment, steps };
}

function sameNames(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((name, position) => name === b[position]);
}

function closed(step: Step, interrupted: "failed" | "skipped", at: string): Step {
  if (step.status === "pending") return { ...step, status: "skipped" };
  if (step.status === "running") return { ...step, status: interrupted, endedAt: at };
  return step;
}

/** Puts a step right behind another one. */
export function withStepAfter(deployment: Deployment, index: number, planned: PlannedStep): Deployment {
  const before = deployment.steps.slice(0, index + 1);
  const after = deployment.steps.slice(index + 1).map((step) => ({ ...step, index: step.index + 1 }));
  return { ...deployment, steps: [...before, ...placed([planned], index + 1), ...after] };
}

// What the keys of `scaling` ask of each other and of the counts that a manifest names, once it is whole.
import type { Spec } from "../domain/spec.ts";

/** `keys` are the ones that could mend it, the likeliest first. */
export type Finding = { keys: string[]; message: string };

const NEEDED = {
  min: "a whole number of copies",
  max: "a whole number of copies",
  metric: "requestsPerReplica, cpu, or a block with namespace and name",
  target: "a number",
} as const;

export function scalingFindings(spec: Spec): Finding[] {
  const { scaling } = spec;
  if (scaling === undefined) return spec.kind === "function" ? unkeptFindings(spec) : [];
  const lacking = Object.entries(NEEDED).filter(([key]) => scaling[key as keyof typeof NEEDED] === undefined);
  if (lacking.length > 0)
    return lacking.map(([key, what]) => ({ keys: [`scaling.${key}`], message: `is required: ${what}` }));
  const bounds = [...boundsFindings(spec), ...targetFindings(scaling)];
  const own = spec.kind === "function" ? reservedFindings(spec) : replicasFindings(spec);
  return [...bounds, ...own, ...plannedFindings(spec)];
}

/** Lambda counts the copies of a function; what can be counted by the clock is what is kept initialised. */
function unkeptFindings({ schedules = [] }: Spec): Finding[] {
  const message = "scale needs scaling: without it nothing of a function is kept initialised";
  return schedules.flatMap(({ action }, index) =>
    action === "scale" ? [{ keys: [`schedules.${index}.action`], message }] : [],
  );
}

function boundsFindings({ scaling }: Spec): Finding[] {
  const { min, max } = scaling!;
  if (min <= max) return [];
  return [{ keys: ["scaling.max", "scaling.min"], message: `max ${max} is below min ${min}` }];
}

function targetFindings({ metric, target }: NonNullable<Spec["scaling"]>): Finding[] {
  if (metric === "provisionedConcurrencyUtilization" && (target < 10 || target > 90)) {
    const message = `is percent of what is initialised: must be 10 to 90, not ${target}`;
    return [{ keys: ["scaling.target", "scaling.metric"], message }];
  }
  if (metric !== "cpu" || target <= 100) return [];
  const message = `is percent of the CPU: must be at most 100, not ${target}`;
  return [{ keys: ["scaling.target", "scaling.metric"], message }];
}

/** Lambda developer guide, "Configuring provisioned concurrency": it is a part of what is reserved. */
function reservedFindings({ scaling, function: { reservedConcurrency: reserved } }: Spec): Finding[] {
  const { max } = scaling!;
  if (reserved === undefined || reserved >= 2 * max) return [];
  const message = `must be at least ${2 * max}, twice scaling.max: while a release shifts, both versions are kept initialised; not ${reserved}`;
  return [{ keys: ["function.reservedConcurrency", "scaling.max"], message }];
}

function replicasFindings({ scaling, replicas }: Spec): Finding[] {
  return outsideFindings("replicas", scaling!, replicas);
}

function plannedFindings({ scaling, schedules = [] }: Spec): Finding[] {
  return schedules.flatMap(({ replicas: count, action }, index) =>
    action === "scale" && count !== undefined
      ? outsideFindings(`schedules.${index}.replicas`, scaling!, count)
      : [],
  );
}

function outsideFindings(key: string, { min, max }: NonNullable<Spec["scaling"]>, count: number): Finding[] {
  if (min > max || (count >= min && count <= max)) return [];
  const message = `must be from ${min} to ${max}, the bounds of scaling, not ${count}`;
  return [{ keys: [key], message }];
}

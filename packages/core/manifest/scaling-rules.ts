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
  if (scaling === undefined) return [];
  const lacking = Object.entries(NEEDED).filter(([key]) => scaling[key as keyof typeof NEEDED] === undefined);
  if (lacking.length > 0)
    return lacking.map(([key, what]) => ({ keys: [`scaling.${key}`], message: `is required: ${what}` }));
  const bounds = [...boundsFindings(spec), ...targetFindings(scaling)];
  return [...bounds, ...(spec.kind === "function" ? reservedFindings(spec) : countFindings(spec))];
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

function countFindings({ scaling, replicas, schedules = [] }: Spec): Finding[] {
  const { min, max } = scaling!;
  const isOut = (count: number) => count < min || count > max;
  const bounds = `must be from ${min} to ${max}, the bounds of scaling`;
  const own = isOut(replicas) ? [{ keys: ["replicas"], message: `${bounds}, not ${replicas}` }] : [];
  const planned = schedules.flatMap(({ replicas: count, action }) =>
    action === "scale" && count !== undefined && isOut(count)
      ? [{ keys: ["schedules"], message: `replicas ${bounds}, not ${count}` }]
      : [],
  );
  return min <= max ? [...own, ...planned] : [];
}

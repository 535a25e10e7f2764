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
  return [...boundsFindings(spec), ...targetFindings(scaling), ...countFindings(spec)];
}

function boundsFindings({ scaling }: Spec): Finding[] {
  const { min, max } = scaling!;
  if (min <= max) return [];
  return [{ keys: ["scaling.max", "scaling.min"], message: `max ${max} is below min ${min}` }];
}

function targetFindings({ metric, target }: NonNullable<Spec["scaling"]>): Finding[] {
  if (metric !== "cpu" || target <= 100) return [];
  const message = `is percent of the CPU: must be at most 100, not ${target}`;
  return [{ keys: ["scaling.target", "scaling.metric"], message }];
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

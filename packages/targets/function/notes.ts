// What a dry run says of a function beside its plan: what is left unused, and what its concurrency is and costs. Pure.
import { scalingNote } from "#core/domain/scaling.ts";
import type { Spec } from "#core/domain/spec.ts";

/** Said before it is tried, since the deployment would only end with it. */
export function placeNotes(problem: string | null): string[] {
  return problem === null ? [] : [`${problem} Without it the deployment ends at its first step.`];
}

export function replicaNotes({ replicas }: Pick<Spec, "replicas">): string[] {
  if (replicas <= 1) return [];
  return [`replicas: ${replicas} is left unused: Lambda runs as many copies as requests need.`];
}

/** AWS Lambda pricing, "Provisioned Concurrency", us-east-1, x86: of each GB that is kept, for each second. */
const DOLLARS_PER_GB_SECOND = 0.000_004_166_7;
const MONTH_SECONDS = 30 * 24 * 3600;

export function concurrencyNotes(spec: Pick<Spec, "function" | "scaling">): string[] {
  const { reservedConcurrency: reserved, memoryMiB } = spec.function;
  const kept = spec.scaling;
  const dollars = (count: number) => ((count * memoryMiB) / 1024) * MONTH_SECONDS * DOLLARS_PER_GB_SECOND;
  return [
    ...(reserved === undefined
      ? []
      : [`At most ${reserved} requests at once: what is over that is answered with 429.`]),
    ...(kept
      ? [
          scalingNote(kept),
          `Kept initialised they cost from ${money(dollars(kept.min))} to ${money(dollars(kept.max))} a month, beside the requests; twice that while a release shifts.`,
        ]
      : []),
  ];
}

function money(dollars: number): string {
  return `$${dollars.toFixed(2)}`;
}

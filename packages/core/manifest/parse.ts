// The edge where a document of unknown shape becomes a manifest, or an error that names every problem with its path.

import type { Kind } from "../domain/kind.ts";
import { problemsOf } from "./issues.ts";
import { kindProblems, rolloutKindProblems } from "./kind-rules.ts";
import { isRecord } from "./merge.ts";
import { mergedProblems } from "./merged-rules.ts";
import { distinct, type Problem, problemError } from "./problem.ts";
import { type RolloutOverride, rolloutSchema } from "./rollout-schema.ts";
import { type Manifest, manifestSchema } from "./schema.ts";

/** So many problems are told at once; the rest shows when these are mended. */
const MOST_PROBLEMS = 50;

/**
 * Throws `invalid_input`, or `not_supported_by_kind` where all problems are of that sort, with
 * `errors` for each path. Every environment's merged result has been checked too when it returns.
 */
export function parseManifest(document: unknown): Manifest {
  const parsed = manifestSchema.safeParse(document, { reportInput: true });
  const all = allKindProblems(document);
  // One problem for one place: the more telling sentence was found first.
  const told = new Set(all.map((problem) => problem.path));
  if (!parsed.success) all.push(...problemsOf(parsed.error).filter((problem) => !told.has(problem.path)));
  else all.push(...mergedProblems(parsed.data));
  refuse(all);
  return parsed.data as Manifest;
}

/** A deployment's own `rollout`; paths begin with `rollout`. Throws as `parseManifest` does. */
export function parseRollout(document: unknown, kind: Kind): RolloutOverride {
  const problems: Problem[] = rolloutKindProblems(document, kind, "rollout");
  const told = new Set(problems.map((problem) => problem.path));
  const parsed = rolloutSchema.safeParse(document, { reportInput: true });
  if (!parsed.success) {
    problems.push(...problemsOf(parsed.error, "rollout").filter((problem) => !told.has(problem.path)));
  }
  refuse(problems);
  return parsed.data as RolloutOverride;
}

function allKindProblems(document: unknown): Problem[] {
  if (!isRecord(document)) return [];
  const environments = isRecord(document.environments) ? Object.entries(document.environments) : [];
  return [
    ...kindProblems(document, document.kind),
    ...environments.flatMap(([name, overlay]) =>
      kindProblems(overlay, document.kind, `environments.${name}`),
    ),
  ];
}

function refuse(problems: Problem[]): void {
  if (problems.length > 0) throw problemError(distinct(problems).slice(0, MOST_PROBLEMS));
}

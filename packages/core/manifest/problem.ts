// A problem of a manifest, and the error that a list of them becomes.
import { type ErrorCode, TuttiError } from "../errors.ts";

export type Problem = {
  /** Dotted: `environments.prod.rollout.batch`. Empty for the document itself. */
  path: string;
  message: string;
  /** input: wrong in itself. kind: this kind cannot do it. */
  sort: "input" | "kind";
};

const CODES: Record<Problem["sort"], ErrorCode> = {
  input: "invalid_input",
  kind: "not_supported_by_kind",
};

/** The code says more than `invalid_input` only where all problems are of one sort. */
export function problemError(problems: Problem[]): TuttiError {
  const order = ["input", "kind"];
  const sorted = [...problems].sort((a, b) => order.indexOf(a.sort) - order.indexOf(b.sort));
  const sorts = new Set(sorted.map((problem) => problem.sort));
  const code = sorts.size === 1 ? CODES[sorted[0]!.sort] : "invalid_input";
  const errors = sorted.map(({ path, message }) => ({ path, message }));
  return new TuttiError(code, sentence(errors[0]!), { errors });
}

function sentence(error: { path: string; message: string }): string {
  return error.path === "" ? `The manifest ${error.message}` : `${error.path}: ${error.message}`;
}

/** The same words about the same place are said once. */
export function distinct(problems: Problem[]): Problem[] {
  return [...new Map(problems.map((one) => [`${one.path}\n${one.message}`, one])).values()];
}

export function join(prefix: string, key: string): string {
  return prefix === "" ? key : `${prefix}.${key}`;
}

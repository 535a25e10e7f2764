// Schema errors in people's words: one entry per fault, with a dotted path and what is allowed there.
import * as z from "zod";
import { type FieldError, TuttiError } from "#core/errors.ts";
import { messageOf } from "#core/manifest/messages.ts";

type Issue = z.core.$ZodIssue;

/** The parsed value, or `invalid_input` with every fault. `prefix` stands before each path. */
export function validate<S extends z.ZodType>(schema: S, value: unknown, prefix = ""): z.output<S> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const known = knownKeys(schema);
  throw refusal(result.error.issues.flatMap((issue) => fieldErrors(issue, prefix, known)));
}

/** Path parameters: a name that cannot be is refused with its reason; an id or word that cannot be is not there. */
export function validateParams<S extends z.ZodType>(schema: S, value: Record<string, string>): z.output<S> {
  try {
    return validate(schema, value);
  } catch (error) {
    const named =
      error instanceof TuttiError && error.errors.every(({ path }) => ["app", "env", "name"].includes(path));
    if (named) throw error;
    throw new TuttiError("not_found", "There is nothing at this path.", { cause: error });
  }
}

export function refusal(errors: FieldError[], code: "invalid_input" | "not_supported_yet" = "invalid_input") {
  const [first] = errors;
  const sentence = first ? `${first.path || "the body"}: ${first.message}` : "The input does not fit.";
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return new TuttiError(code, sentence + more, { errors });
}

function fieldErrors(issue: Issue, prefix: string, known: string[]): FieldError[] {
  const path = [prefix, ...issue.path.map(String)].filter((part) => part !== "");
  if (issue.code === "unrecognized_keys") {
    const message =
      issue.path.length === 0 && known.length > 0
        ? `is not known; known are ${known.join(", ")}`
        : "is not a known key";
    return issue.keys.map((key) => ({ path: [...path, key].join("."), message }));
  }
  if (issue.code === "invalid_union") {
    const closest = closestBranch(issue.errors);
    if (closest) return closest.flatMap((inner) => fieldErrors(inner, path.join("."), []));
  }
  return [{ path: path.join("."), message: messageOf(issue) }];
}

/** What stands at the top of the document. */
function knownKeys(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodOptional) return knownKeys(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Of a union's branches, the one that got furthest: its faults lie deepest. */
function closestBranch(branches: Issue[][]): Issue[] | undefined {
  const depth = (branch: Issue[]) => Math.max(0, ...branch.map(depthOf));
  const sorted = [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length);
  return sorted[0] && depth(sorted[0]) > 0 ? sorted[0] : undefined;
}

/** That a key is unknown is said of the object that holds it. */
function depthOf({ code, path }: Issue): number {
  return path.length + (code === "unrecognized_keys" ? 1 : 0);
}

// Says zod's findings in the manifest's words: the dotted path, what is allowed, and what was there.
import type { z } from "zod";
import { show } from "./amounts.ts";
import { isRecord } from "./merge.ts";
import { messageOf } from "./messages.ts";
import { nearest } from "./nearest.ts";
import { join, type Problem } from "./problem.ts";
import { KNOWN_KEYS } from "./schema.ts";

type Issue = z.core.$ZodIssue;

/** `prefix` goes before every path: `rollout` for a deployment's own override. */
export function problemsOf(error: z.ZodError, prefix = ""): Problem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue as Issue, prefix));
}

function problemsOfIssue(issue: Issue, prefix: string): Problem[] {
  const block = blockMeant(issue);
  if (block !== null)
    return block.flatMap((inner) =>
      problemsOfIssue({ ...inner, path: [...issue.path, ...inner.path] }, prefix),
    );
  const path = issue.path.reduce<string>((whole, key) => join(whole, String(key).slice(0, 80)), prefix);
  if (issue.code !== "unrecognized_keys") {
    const message = path === "" ? `must be a block of keys, not ${show(issue.input)}` : messageOf(issue);
    return [{ path, message, sort: "input" }];
  }
  const known = KNOWN_KEYS[blockOf(path)] ?? [];
  return issue.keys.map((key) => ({
    path: join(path, key.slice(0, 80)),
    message: unknownKey(key, known),
    sort: "input",
  }));
}

/** Who gave a block where a block is one of the choices means that one: what is wrong with it is told at its own keys. */
function blockMeant(issue: Issue): Issue[] | null {
  if (issue.code !== "invalid_union" || !isRecord(issue.input)) return null;
  const meant = issue.errors.filter((errors) =>
    errors.every(({ code, path }) => path.length > 0 || code === "unrecognized_keys"),
  );
  return meant.length === 1 ? (meant[0] as Issue[]) : null;
}

/** `environments.prod.rollout` is the block `rollout`, `environments.prod` an overlay; an entry of a list is its list's. */
function blockOf(path: string): string {
  const inEnvironment = /^environments\.[^.]*(?:\.(.*))?$/.exec(path);
  const block = inEnvironment === null ? path : (inEnvironment[1] ?? "overlay");
  return block.replace(/\.\d+$/, "");
}

function unknownKey(key: string, known: string[]): string {
  const meant = nearest(key, known);
  return meant === null
    ? `is not a known key; known here: ${known.join(", ")}`
    : `is not a known key; did you mean ${meant}?`;
}

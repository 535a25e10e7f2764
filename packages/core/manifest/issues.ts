// Says zod's findings in the manifest's words: the dotted path, what is allowed, and what was there.
import type { z } from "zod";
import { show } from "./amounts.ts";
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

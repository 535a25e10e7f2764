// Says zod's findings in the manifest's words: the dotted path, what is allowed, and what was there.
import type { z } from "zod";
import { show } from "./amounts.ts";
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

const TYPE_NAMES: Record<string, string> = {
  int: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "a block of keys",
  record: "a block of keys",
};

function messageOf(issue: Issue): string {
  // Messages of our own schema stand; zod's standard ones are said in our words.
  if (!/^(Invalid|Too (small|big))/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return typeMessage(issue.expected, issue.input);
    case "invalid_value":
      return valueMessage(issue.values.join(", "), issue.input);
    case "too_small":
      return `must be at least ${issue.minimum}${unitOf(issue.origin)}${was(issue)}`;
    case "too_big":
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}${was(issue)}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

function valueMessage(values: string, input: unknown): string {
  return input === undefined
    ? `is required: one of ${values}`
    : `must be one of ${values}, not ${show(input)}`;
}

function typeMessage(expected: string, input: unknown): string {
  const wanted = TYPE_NAMES[expected] ?? expected;
  if (input === undefined) return `is required: ${wanted}`;
  if (input === null) return `is empty: leave the key out, or give ${wanted}`;
  return `must be ${wanted}, not ${show(input)}`;
}

function unitOf(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " entries" : "";
}

function was(issue: { origin: string; input?: unknown }): string {
  return issue.origin === "string" || issue.origin === "array" ? " long" : `, not ${show(issue.input)}`;
}

// One finding of zod in people's words: what is allowed, and what was there. Of manifests and of requests alike.
import type { z } from "zod";
import { show } from "./amounts.ts";

type Issue = z.core.$ZodIssue;

const TYPE_NAMES: Record<string, string> = {
  int: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "a block of keys",
  record: "a block of keys",
};

/** Needs the issue's input: parse with `reportInput`. */
export function messageOf(issue: Issue): string {
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

// Event patterns: which events a rule takes. Lists are "one of", fields are "all of", nesting follows the event.
// What is not implemented is refused when the rule is written. Rules: "Amazon EventBridge event patterns".
import { AwsError } from "../platform.ts";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Pattern = { [key: string]: Pattern | Json[] };

const OPERATORS = new Set(["prefix", "suffix", "anything-but", "exists", "numeric", "equals-ignore-case"]);

/** Throws InvalidEventPatternException. */
export function parsePattern(text: string): Pattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw invalid("it is not JSON");
  }
  checkPattern(pattern, "");
  return pattern as Pattern;
}

function checkPattern(pattern: unknown, path: string): void {
  if (typeof pattern !== "object" || pattern === null || Array.isArray(pattern))
    throw invalid(`"${path}" must be an object or an array`);
  if (Object.keys(pattern).length === 0) throw invalid(`"${path}" is empty`);
  for (const [key, value] of Object.entries(pattern)) {
    if (key === "$or") checkAlternatives(value, path);
    else if (!Array.isArray(value)) checkPattern(value, `${path}${key}.`);
    else if (value.length === 0) throw invalid(`"${path}${key}" is an empty array`);
    else for (const test of value) checkTest(test, `${path}${key}`);
  }
}

/** "Using $or" in the EventBridge User Guide: a list of at least two patterns, each for the same place. */
function checkAlternatives(value: unknown, path: string): void {
  if (!Array.isArray(value) || value.length < 2) throw invalid(`"${path}$or" must be a list of patterns`);
  for (const one of value) checkPattern(one, path);
}

function checkTest(test: unknown, path: string): void {
  if (typeof test !== "object" || test === null) return;
  const [operator, ...others] = Object.keys(test);
  if (operator === undefined || others.length > 0 || !OPERATORS.has(operator))
    throw invalid(`the sandbox does not implement ${JSON.stringify(test)} at "${path}"`);
  if (operator === "numeric") checkNumeric((test as { numeric: unknown }).numeric, path);
}

function checkNumeric(bounds: unknown, path: string): void {
  const pairs = Array.isArray(bounds) && bounds.length > 0 && bounds.length % 2 === 0;
  if (
    !pairs ||
    bounds.some((part, index) => (index % 2 === 0 ? !(part in COMPARISONS) : typeof part !== "number"))
  )
    throw invalid(`numeric at "${path}" must be pairs of a comparison and a number`);
}

export function matches(pattern: Pattern, event: Json | undefined): boolean {
  return Object.entries(pattern).every(([key, expected]) => {
    if (key === "$or") return (expected as Pattern[]).some((one) => matches(one, event));
    const value = isObject(event) ? event[key] : undefined;
    if (Array.isArray(expected)) return expected.some((test) => matchesTest(test, value));
    // An array of objects matches when one of them does.
    if (Array.isArray(value)) return value.some((entry) => matches(expected, entry));
    return matches(expected, value);
  });
}

function matchesTest(test: Json, value: Json | undefined): boolean {
  if (!isObject(test)) return anyOf(value, (entry) => entry === test);
  const [operator, operand] = Object.entries(test)[0]!;
  if (operator === "exists") return (value !== undefined && !isObject(value)) === operand;
  if (operator === "anything-but")
    return value !== undefined && anyOf(value, (entry) => !excluded(operand, entry));
  return anyOf(value, (entry) => matchesOperator(operator, operand, entry));
}

function matchesOperator(operator: string, operand: Json, entry: Json): boolean {
  if (operator === "numeric") return typeof entry === "number" && withinBounds(operand as Json[], entry);
  if (typeof entry !== "string" || typeof operand !== "string") return false;
  if (operator === "prefix") return entry.startsWith(operand);
  if (operator === "suffix") return entry.endsWith(operand);
  return entry.toLowerCase() === operand.toLowerCase();
}

function excluded(operand: Json, entry: Json): boolean {
  if (!isObject(operand)) return (Array.isArray(operand) ? operand : [operand]).includes(entry);
  const [operator, wanted] = Object.entries(operand)[0]!;
  return (Array.isArray(wanted) ? wanted : [wanted]).some((one) => matchesOperator(operator, one, entry));
}

const COMPARISONS: Record<string, (a: number, b: number) => boolean> = {
  "=": (a, b) => a === b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function withinBounds(bounds: Json[], value: number): boolean {
  for (let index = 0; index < bounds.length; index += 2)
    if (!COMPARISONS[bounds[index] as string]!(value, bounds[index + 1] as number)) return false;
  return true;
}

function anyOf(value: Json | undefined, test: (entry: Json) => boolean): boolean {
  if (value === undefined) return false;
  return Array.isArray(value) ? value.some(test) : test(value);
}

function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(why: string): AwsError {
  return new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${why}`);
}

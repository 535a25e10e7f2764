// Policy statements: whether one grants or denies an action on a resource. Wildcards as in IAM: `*` any run of
// characters, `?` one. Conditions that the sandbox cannot judge are refused when the policy is written, so that none is
// silently left out.
import { AwsError } from "../platform.ts";
import { type Condition, holds, parseConditions } from "./conditions.ts";

export type Statement = {
  effect: "Allow" | "Deny";
  actions: string[];
  notActions: string[];
  resources: string[];
  notResources: string[];
  /** All of them must hold. */
  conditions: Condition[];
};

export type Decision = "allow" | "deny" | "implicitDeny";

/** Throws MalformedPolicyDocument. */
export function parsePolicy(text: string): Statement[] {
  let document: { Statement?: unknown };
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed("Syntax errors in policy.");
  }
  const statements = asList(document?.Statement) as Record<string, unknown>[];
  if (statements.length === 0) throw malformed("The policy has no Statement.");
  return statements.map(parseStatement);
}

function parseStatement(raw: Record<string, unknown>): Statement {
  if (raw.Effect !== "Allow" && raw.Effect !== "Deny") throw malformed("Effect must be Allow or Deny.");
  const statement: Statement = {
    effect: raw.Effect,
    actions: asList(raw.Action).map((action) => String(action).toLowerCase()),
    notActions: asList(raw.NotAction).map((action) => String(action).toLowerCase()),
    resources: asList(raw.Resource).map(String),
    notResources: asList(raw.NotResource).map(String),
    conditions: parseConditions(raw.Condition),
  };
  if (statement.actions.length + statement.notActions.length === 0)
    throw malformed("Policy statement must contain actions.");
  if (statement.resources.length + statement.notResources.length === 0)
    throw malformed("Policy statement must contain resources.");
  return statement;
}

/** An explicit Deny wins; what nothing allows is denied. `context`: the condition keys that the request brings. */
export function decide(
  statements: Statement[],
  action: string,
  resource: string,
  context: Record<string, string> = {},
): Decision {
  let decision: Decision = "implicitDeny";
  const lowerAction = action.toLowerCase();
  for (const statement of statements) {
    if (!covers(statement.actions, statement.notActions, lowerAction)) continue;
    if (!covers(statement.resources, statement.notResources, resource)) continue;
    if (!statement.conditions.every((condition) => holds(condition, context))) continue;
    if (statement.effect === "Deny") return "deny";
    decision = "allow";
  }
  return decision;
}

function covers(patterns: string[], excluded: string[], value: string): boolean {
  if (excluded.length > 0) return !excluded.some((pattern) => matchesWildcard(pattern, value));
  return patterns.some((pattern) => matchesWildcard(pattern, value));
}

const compiled = new Map<string, RegExp>();

export function matchesWildcard(pattern: string, value: string): boolean {
  if (pattern === "*" || pattern === value) return true;
  let expression = compiled.get(pattern);
  if (!expression) {
    const source = pattern
      .replace(/[\\^$.+()[\]{}|]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    expression = new RegExp(`^${source}$`, "s");
    compiled.set(pattern, expression);
  }
  return expression.test(value);
}

export function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function malformed(message: string): AwsError {
  return new AwsError("MalformedPolicyDocumentException", message);
}

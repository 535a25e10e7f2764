// Who may do what, where: roles, and the apps and environments that a caller is limited to. A pattern is a name, or
// has `*` for any run of characters.

export const ROLES = ["viewer", "deployer", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Patterns of apps and environments; `["*"]` is all of them. */
export type Scope = { apps: string[]; environments: string[] };

export const EVERYWHERE: Scope = { apps: ["*"], environments: ["*"] };

/** What a call or a line is about; what is left out is not named. */
export type Place = { app?: string | undefined; environment?: string | undefined };

/** Whether everything that is named lies in the scope. */
export function reaches(scope: Scope, { app, environment }: Place): boolean {
  return (
    (app === undefined || matchesAny(scope.apps, app)) &&
    (environment === undefined || matchesAny(scope.environments, environment))
  );
}

export function isUnlimited(scope: Scope): boolean {
  return scope.apps.includes("*") && scope.environments.includes("*");
}

/**
 * Whether all that `inner` reaches is reached by `outer` too. Read as plain text, the `*` of an inner pattern is
 * matched by a `*` alone, so a pattern that matches it matches whatever it stands for.
 */
export function covers(outer: Scope, inner: Scope): boolean {
  return (
    inner.apps.every((one) => matchesAny(outer.apps, one)) &&
    inner.environments.every((one) => matchesAny(outer.environments, one))
  );
}

export function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, text));
}

/** Without a regular expression, so that no pattern can make it slow: the pieces are looked for from left to right. */
export function matchesPattern(pattern: string, text: string): boolean {
  const pieces = pattern.split("*");
  const first = pieces.shift()!;
  const last = pieces.pop();
  if (last === undefined) return first === text;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, from);
    if (found < 0 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return true;
}

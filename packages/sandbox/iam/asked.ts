// What each principal has asked for since the start, and which statement let it: IAM's "last accessed information", down to the statement.
// Bounded by what policies hold, however long a sandbox runs.
import { type Decision, decide, type Statement } from "./policy.ts";

/** The statement and, of its resources, the one that allowed it; none where several did, so that no single one was needed. */
export type Use = {
  action: string;
  statement?: Statement;
  resource?: string;
  /** The first one that was made. */
  call: { resource: string; context: Record<string, string> };
};

/** `denied`: each action, and a resource that it was denied on. */
export type Asked = { allowed: Use[]; denied: string[] };

export type Question = {
  statements: Statement[];
  decision: Decision;
  action: string;
  resource: string;
  context: Record<string, string> | undefined;
};

/** `onFirst` hears of each use once. */
export function openRecord(onFirst: (principal: string, use: Use) => void = () => {}) {
  const allowed = new Map<string, Map<string, Use>>();
  const denied = new Map<string, Map<string, string>>();
  return {
    add(principal: string, question: Question): void {
      const { decision, action, resource, context = {} } = question;
      if (decision !== "allow") {
        entry(denied, principal).set(action, `${action} on ${resource}`);
        return;
      }
      const only = onlyOneThatAllows(question);
      const key = only ? `${action} ${question.statements.indexOf(only.statement)} ${only.resource}` : action;
      const uses = entry(allowed, principal);
      if (uses.has(key)) return;
      const use = { action, ...only, call: { resource, context } };
      uses.set(key, use);
      onFirst(principal, use);
    },
    of: (principal: string): Asked => ({
      allowed: [...(allowed.get(principal)?.values() ?? [])],
      denied: [...(denied.get(principal)?.values() ?? [])],
    }),
  };
}

/** Nothing where there are several. A statement that names what it does not cover has no resource to be the one. */
function onlyOneThatAllows({
  statements,
  action,
  resource,
  context,
}: Question): (Required<Pick<Use, "statement">> & Pick<Use, "resource">) | null {
  const grants = statements.flatMap((statement) => {
    const resources = statement.resources.length > 0 ? statement.resources : [undefined];
    return resources
      .filter(
        (one) =>
          decide([one ? { ...statement, resources: [one] } : statement], action, resource, context) ===
          "allow",
      )
      .map((one) => ({ statement, ...(one ? { resource: one } : {}) }));
  });
  return grants.length === 1 ? grants[0]! : null;
}

function entry<T>(map: Map<string, Map<string, T>>, key: string): Map<string, T> {
  const found = map.get(key) ?? new Map<string, T>();
  map.set(key, found);
  return found;
}

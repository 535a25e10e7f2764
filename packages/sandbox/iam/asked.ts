// What each principal has asked for since the start, and which statement let it: IAM's "last accessed information", down to the statement.
// Bounded by what policies hold, however long a sandbox runs.
import { type Decision, decide, type Statement } from "./policy.ts";

/** The statement and, of its resources, the one that allowed it; none where several did, so that no single one was needed. */
export type Use = { action: string; statement?: Statement; resource?: string };

/** `denied`: each action, and a resource that it was denied on. */
export type Asked = { allowed: Use[]; denied: string[] };

export type Question = {
  statements: Statement[];
  decision: Decision;
  action: string;
  resource: string;
  context: Record<string, string> | undefined;
};

export function openRecord() {
  const allowed = new Map<string, Map<string, Use>>();
  const denied = new Map<string, Map<string, string>>();
  return {
    add(principal: string, question: Question): void {
      const { decision, action, resource } = question;
      if (decision !== "allow") entry(denied, principal).set(action, `${action} on ${resource}`);
      else {
        const only = onlyOneThatAllows(question);
        const key = only
          ? `${action} ${question.statements.indexOf(only.statement)} ${only.resource}`
          : action;
        entry(allowed, principal).set(key, { action, ...only });
      }
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

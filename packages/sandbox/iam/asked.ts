// What each principal has asked for since the start, and which statement let it: IAM's "last accessed information", down to the statement.
// Bounded by what policies hold, however long a sandbox runs.
import { type Decision, decide, type Statement } from "./policy.ts";

/** `statement`: the one that allowed it; none where several did, so that no single one was needed. */
export type Use = { action: string; statement?: Statement };

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
        const index = onlyOneThatAllows(question);
        const use = index < 0 ? { action } : { action, statement: question.statements[index]! };
        entry(allowed, principal).set(`${action} ${index}`, use);
      }
    },
    of: (principal: string): Asked => ({
      allowed: [...(allowed.get(principal)?.values() ?? [])],
      denied: [...(denied.get(principal)?.values() ?? [])],
    }),
  };
}

/** -1 where there are several. */
function onlyOneThatAllows({ statements, action, resource, context }: Question): number {
  const allows = (one: Statement) => decide([one], action, resource, context) === "allow";
  const first = statements.findIndex(allows);
  return statements.slice(first + 1).some(allows) ? -1 : first;
}

function entry<T>(map: Map<string, Map<string, T>>, key: string): Map<string, T> {
  const found = map.get(key) ?? new Map<string, T>();
  map.set(key, found);
  return found;
}

// Where `SANDBOX_ASKED` names a file, each principal's first use of a grant is a line of it, with the call that was made: what many
// processes asked for, killed ones too, is then in one place.
import { appendFileSync } from "node:fs";
import type { Use } from "./asked.ts";

/** A call that exactly one resource of one statement allowed. */
export type AskedLine = {
  principal: string;
  action: string;
  /** As the statement says them. */
  granted: { resource: string; conditions: { key: string; values: string[] }[] };
  call: { resource: string; context: Record<string, string> };
};

/** Nothing where nobody wants to know. */
export function askedFile(
  path = process.env.SANDBOX_ASKED,
): ((principal: string, use: Use) => void) | undefined {
  if (!path) return undefined;
  return (principal, { action, statement, resource, call }) => {
    if (!statement || !resource) return;
    const conditions = statement.conditions.map(({ key, values }) => ({ key, values }));
    const line: AskedLine = { principal, action, granted: { resource, conditions }, call };
    appendFileSync(path, `${JSON.stringify(line)}\n`);
  };
}

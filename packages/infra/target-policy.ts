// The roles that an installation assumes in accounts that targets live in, one of each kind: who may assume it, and what it may do there. That
// is what those functions may do at home, without what stays there (the table, the bus, workflows, artifacts).
import { KINDS, type Kind } from "#core/domain/kind.ts";
import { grantsOf } from "./grants.ts";
import { type Names, namesOf } from "./names.ts";
import { policyDocument } from "./policy.ts";
import type { Statement } from "./statement.ts";

/** Short names of the functions that work where targets of a kind live. Images of virtual machines are made there too. */
const WORKERS: Record<Kind, string[]> = {
  server: ["driver-server"],
  vm: ["driver-vm", "image"],
  container: ["driver-container"],
  function: ["driver-function"],
};
const AT_HOME = /^(dynamodb|states|events|s3):/;

/** What a function is given to work in other accounts; nothing where it stays at home. Whose the role is there, and the external id, its trust policy says. */
export function goingElsewhere(
  names: Names,
  short: string,
  accounts: string[],
): { environment: Record<string, string>; statements: Statement[] } {
  const kind = KINDS.find((one) => WORKERS[one].includes(short));
  if (!kind || accounts.length === 0) return { environment: {}, statements: [] };
  const resources = accounts.map((id) => names.targetRoleArn(kind, id));
  return {
    environment: { TUTTI_TARGET_ROLE: names.targetRoleName(kind) },
    statements: [{ actions: ["sts:AssumeRole"], resources }],
  };
}

/** `names`: of the installation, as if it stood in that account. */
export function targetStatements(names: Names, kind: Kind): Statement[] {
  const all = WORKERS[kind].flatMap((short) => grantsOf[short]!(names));
  return all.filter(({ actions }) => !actions.some((one) => AT_HOME.test(one)));
}

export type TargetRole = { assumedBy: string[]; policy: string };

/** With words to be replaced, as examples/platform/targets.json has them. `assumedBy`: names of roles at home. */
export function targetRoles(): Record<Kind, TargetRole> {
  const names = namesOf({ name: "INSTALLATION", account: "ACCOUNT", region: "REGION" });
  const roleOf = (kind: Kind): TargetRole => ({
    assumedBy: WORKERS[kind].map(names.roleName),
    policy: policyDocument(targetStatements(names, kind)),
  });
  return Object.fromEntries(KINDS.map((kind) => [kind, roleOf(kind)])) as Record<Kind, TargetRole>;
}

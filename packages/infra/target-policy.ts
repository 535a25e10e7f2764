// What the role may do that drivers assume in an account that targets live in: what the drivers of those kinds may do at home, without what
// stays there (the table, the bus, workflows, artifacts).
import { grantsOf } from "./grants.ts";
import { type Names, namesOf } from "./names.ts";
import type { Statement } from "./statement.ts";

const ELSEWHERE = ["driver-server", "driver-container", "driver-function"];
const AT_HOME = /^(dynamodb|states|events|s3):/;

/** `names`: of the installation, as if it stood in that account. */
export function targetStatements(names: Names): Statement[] {
  const all = ELSEWHERE.flatMap((short) => grantsOf[short]!(names));
  const theirs = all.filter(({ actions }) => !actions.some((one) => AT_HOME.test(one)));
  return [...new Map(theirs.map((one) => [JSON.stringify({ ...one, why: "" }), one])).values()];
}

/** With words to be replaced, as examples/platform/targets-policy.json has it. */
export function targetTemplate(): Statement[] {
  return targetStatements(namesOf({ name: "INSTALLATION", account: "ACCOUNT", region: "REGION" }));
}

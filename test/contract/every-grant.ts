// Whether a driver's suite asks for everything that the driver is granted: then none of it can be taken away without a test of this suite
// being denied. What the engine and the store ask for is asked for wherever a whole house plays.
import { expect } from "vitest";
import { grantsOf } from "#infra/grants.ts";
import type { Sandbox } from "#sandbox/sandbox.ts";
import { NAMES } from "./as-role.ts";

/** Of the engine around the driver: test/workflows, test/e2e test/slow/scaling.test.ts and test/contract/alarms.test.ts. */
const ENGINE = /^(dynamodb:|states:SendTaskSuccess$|cloudwatch:(DescribeAlarms|GetMetricData)$)/;
const CONDUCTING = [NAMES.rolloutArn, NAMES.rolloutExecutionsArn];
/** Of the engine too: test/contract/identity-keys.test.ts, and test/slow/identity.test.ts with each function's own rights. */
const CERTIFYING = [NAMES.identitySecretsArn, NAMES.authoritySecretsArn];
const ENGINES = [...CONDUCTING, ...CERTIFYING];

/** The actions of a driver that no test of its suite has asked for; each is to be named there, with when it is asked for. */
export function unaskedFor(sandbox: Sandbox, short: string): string[] {
  const own = grantsOf[short]!(NAMES).filter(
    ({ resources }) => !resources.every((arn) => ENGINES.includes(arn)),
  );
  const granted = new Set(own.flatMap(({ actions }) => actions).filter((action) => !ENGINE.test(action)));
  const asked = sandbox.askedBy(NAMES.roleArn(short)).allowed.map(({ action }) => action);
  return [...granted].filter((action) => !asked.includes(action)).sort();
}

/** For what a suite leaves to another test: that one has really asked for it, as the function's role and no other, and been allowed. */
export function expectAsked(sandbox: Sandbox, short: string, actions: string[]): void {
  const asked = sandbox.askedBy(NAMES.roleArn(short)).allowed.map(({ action }) => action);
  expect(asked).toEqual(expect.arrayContaining(actions));
}

// Each grant of the blueprint is needed: test/golden/grants.json has a call for it that a named test on the sandbox made, and the sandbox's
// own IAM denies that call when the grant is taken out. test/support/grants/asked-here.ts holds the named files against it.
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import type { Statement } from "#infra/statement.ts";
import { targetRoles } from "#infra/target-policy.ts";
import { ROOT } from "#start/open-house.ts";
import { type Grant, grantsIn } from "#test/support/grants/grants-in.ts";
import { readProofs } from "#test/support/grants/proofs.ts";
import { proves } from "#test/support/grants/proves.ts";
import { WHOLE, WHOLE_ROLES } from "#test/support/grants/whole.ts";

const PROOFS = readProofs();

/** Grants that no call in the sandbox takes, each with what takes it on AWS. */
const NOT_HERE: [grants: RegExp, why: string][] = [
  [
    / xray:/,
    "Lambda and Step Functions send traces by themselves (Lambda developer guide, \"Visualize Lambda function invocations using AWS X-Ray\"; Step Functions developer guide, \"IAM policies for using X-Ray\"); the sandbox has none",
  ],
  [/^driver-server ssm:SendCommand instance/, "EC2 instances in a pool; the sandbox's pools are managed instances"],
  [
    /^driver-(container|function) iam:CreateServiceLinkedRole/,
    "the first time that an account scales anything; the sandbox has no such roles",
  ],
  [
    /^image-build (s3:Get(ObjectVersion|Bucket)|ecr:(BatchGetImage|GetDownloadUrlForLayer))/,
    "what CodeBuild and its docker read; the sandbox's takes the newest version, and layers off its own disk",
  ],
];

const excused = ({ line }: Grant) => NOT_HERE.some(([grants]) => grants.test(line));

function holds(grant: Grant, whole: Statement[]): boolean {
  const proof = PROOFS[grant.line];
  return proof !== undefined && proves(proof, whole, grant);
}

function unproven(roles: { short: string; statements: Statement[] }[]): string[] {
  return roles.flatMap(({ short, statements }) =>
    grantsIn([{ short, statements }])
      .filter((one) => !excused(one) && !holds(one, statements))
      .map(({ line }) => line),
  );
}

test("without any one grant, a call that a named test makes is denied", () => {
  expect(unproven(WHOLE_ROLES), "docs/testing.md, Grants, says how one is taken into the table").toEqual([]);
});

test("what is proven is granted, and by one statement only", () => {
  const lines = grantsIn(WHOLE_ROLES).map(({ line }) => line);
  expect(Object.keys(PROOFS).filter((line) => !lines.includes(line))).toEqual([]);
  expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([]);
});

test("a second grant that allows what one allows already is told", () => {
  const [grant] = Object.keys(PROOFS);
  const [short, action] = grant!.split(" ");
  const roles = WHOLE_ROLES.map((one) => ({
    ...one,
    statements: [...one.statements, ...(one.short === short ? [{ actions: [action!], resources: ["*"] }] : [])],
  }));
  expect(unproven(roles)).toContain(grant);
});

test("the files that are named are there", () => {
  const files = new Set(Object.values(PROOFS).map(({ file }) => file));
  expect([...files].filter((file) => !existsSync(`${ROOT}/${file}`))).toEqual([]);
});

/** A role in another account is its workers' put together; its grants are these, each once. */
const TARGET_ROLES = Object.values(targetRoles()).map(({ assumedBy, policy }) => ({
  workers: assumedBy.map((name) => name.replace(/^INSTALLATION-/, "")),
  statements: singleGrants(atHome(policy)),
}));

/** As if the role were at home, where the calls were made. */
function atHome(policy: string): Statement[] {
  const { account, region, name } = WHOLE.installation;
  const placed = policy.replaceAll("INSTALLATION", name).replaceAll("ACCOUNT", account).replaceAll("REGION", region);
  const { Statement } = JSON.parse(placed) as { Statement: PolicyStatement[] };
  return Statement.map(({ Action, Resource, Condition }) => ({
    ...{ actions: Action, resources: Resource },
    ...(Condition ? { conditions: Condition } : {}),
  }));
}

type PolicyStatement = { Action: string[]; Resource: string[]; Condition?: Statement["conditions"] };

/** What two workers may both do the role may do once. */
function singleGrants(statements: Statement[]): Statement[] {
  const all = statements.flatMap((one) =>
    one.actions.flatMap((action) =>
      one.resources.map((resource) => ({ ...one, actions: [action], resources: [resource] })),
    ),
  );
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

test.each(TARGET_ROLES)("so is a call of $workers in another account", ({ workers, statements }) => {
  const asWorkers = grantsIn([{ short: "", statements }]).map((one) =>
    workers.map((short) => ({ ...one, line: `${short}${one.line}` })),
  );
  const lost = asWorkers.filter((ways) => !ways.some((one) => excused(one) || holds(one, statements)));
  expect(lost).toEqual([]);
  expect(asWorkers.length).toBeGreaterThan(20);
});

test("a line that excuses no grant is to go, and none is excused that a test proves", () => {
  const all = grantsIn(WHOLE_ROLES).filter((one) => !PROOFS[one.line]);
  expect(NOT_HERE.filter(([grants]) => !all.some(({ line }) => grants.test(line)))).toEqual([]);
});

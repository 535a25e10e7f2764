// What may be done in another account is what may be done at home: the example's roles are made from the blueprint. `npm run golden` writes
// them anew.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type TargetRole, targetRoles } from "#infra/target-policy.ts";

const FILE = new URL("../../examples/platform/targets.json", import.meta.url);
/** IAM and AWS STS quotas, "Role inline policies", white space not counted. */
const LONGEST_POLICY = 10_240;

const roles = targetRoles();
const written = ([kind, { assumedBy, policy }]: [string, TargetRole]) => [
  kind,
  { assumedBy, policy: JSON.parse(policy) },
];

test("the roles in another account may do what the functions that assume them may do at home, without what stays there", () => {
  const all = Object.fromEntries(Object.entries(roles).map(written));
  if (process.env.GOLDEN === "write") writeFileSync(FILE, JSON.stringify(all));
  expect(JSON.parse(readFileSync(FILE, "utf8"))).toEqual(all);
});

test.each(Object.entries(roles))("the role for %s is short enough for IAM, and asks for nothing at home", (_kind, role) => {
  expect(role.policy).not.toMatch(/dynamodb:|states:|events:|s3:|sts:/);
  expect(role.policy.length).toBeLessThan(LONGEST_POLICY - 500);
});

test("a role is assumed by the functions of its kind, and that for machines by what makes their images too", () => {
  expect(Object.values(roles).map(({ assumedBy }) => assumedBy)).toEqual([
    ["INSTALLATION-driver-server"],
    ["INSTALLATION-driver-vm", "INSTALLATION-image"],
    ["INSTALLATION-driver-container"],
    ["INSTALLATION-driver-function"],
  ]);
});

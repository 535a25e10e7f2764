// What drivers may do in another account is what they may do at home: the example's policy is made from the blueprint. `npm run golden`
// writes it anew.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { policyDocument } from "#infra/policy.ts";
import { targetTemplate } from "#infra/target-policy.ts";

const FILE = new URL("../../examples/platform/targets-policy.json", import.meta.url);
/** IAM and AWS STS quotas, "Role inline policies", white space not counted. */
const LONGEST_POLICY = 10_240;

test("the policy of the role in another account is the drivers' own, without what stays at home", () => {
  const document = policyDocument(targetTemplate());
  if (process.env.GOLDEN === "write") writeFileSync(FILE, document);
  expect(JSON.parse(readFileSync(FILE, "utf8"))).toEqual(JSON.parse(document));
  expect(document).not.toMatch(/dynamodb:|states:|events:|s3:|sts:/);
  expect(document.replace(/\s/g, "").length).toBeLessThan(LONGEST_POLICY - 1000);
});

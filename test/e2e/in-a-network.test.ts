// An installation in a network, built on a sandbox: Lambda attaches those functions with their own roles, and refuses where one may not.
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blueprint } from "#infra/blueprint.ts";
import type { Bundle } from "#infra/bundles/bundle.ts";
import { deployBlueprint } from "#start/deploy/deploy-blueprint.ts";
import { aSandbox, type TestSandbox } from "#test/support/sandbox.ts";

const NETWORK = {
  subnetIds: ["subnet-sandbox-a", "subnet-sandbox-b"],
  securityGroupIds: ["sg-sandbox-default"],
};
const plan = blueprint(
  { name: "tutti", account: "000000000000", region: "us-east-1" },
  "0".repeat(64),
  {},
  { network: NETWORK },
);
/** What they do is not asked here. */
const zip = zipSync({ "index.mjs": strToU8("export const handler = async () => null;") });
const bundles: Bundle[] = plan.functions.map(({ short }) => ({ short, zip, sizeBytes: zip.length }));

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await aSandbox();
});
afterAll(() => sandbox?.remove());

test("a function whose role may not attach it is refused by the call that is missing", async () => {
  const functions = plan.functions.map((one) => ({
    ...one,
    statements: one.statements.map((each) => ({
      ...each,
      actions: each.actions.filter((action) => action !== "ec2:DescribeSubnets"),
    })),
  }));
  await expect(deployBlueprint({ ...plan, functions }, bundles, sandbox.config())).rejects.toThrow(
    "The provided execution role does not have permissions to call DescribeSubnets on EC2",
  );
});

test("with the blueprint's grants those that call what others name are in the network, and no others", async () => {
  await deployBlueprint(plan, bundles, sandbox.config());
  const { Functions = [] } = await new LambdaClient(sandbox.config()).send(new ListFunctionsCommand({}));
  const inside = Functions.filter(({ VpcConfig }) => VpcConfig?.SubnetIds?.length);
  expect(inside.map(({ FunctionName }) => FunctionName).sort()).toEqual([
    "tutti-driver-server",
    "tutti-events-notify",
    "tutti-hooks",
  ]);
});

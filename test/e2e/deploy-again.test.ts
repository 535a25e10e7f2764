// The blueprint is built on what is there already, also where a function is still being made: the answer to CreateFunction was lost, and the
// SDK has asked again.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateFunctionCommand, GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { blueprint } from "#infra/blueprint.ts";
import { bundleFunctions } from "#infra/bundles/bundle.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import { deployFunctions } from "#start/deploy/functions.ts";
import { deployRoles } from "#start/deploy/roles.ts";
import { ROOT } from "#start/open-house.ts";
import { shared } from "#test/support/shared.ts";

let directory: string;
let sandbox: Sandbox;
shared(
  async () => {
    directory = mkdtempSync(join(tmpdir(), "tutti-again-"));
    sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  },
  async () => {
    await sandbox?.stop();
    rmSync(directory, { recursive: true, force: true });
  },
);

test("a function that is pending is brought up to the blueprint as soon as it takes a change", async () => {
  const whole = blueprint({ name: "tutti", account: "000000000000", region: "us-east-1" }, "0".repeat(64));
  const plan = { ...whole, functions: whole.functions.filter((one) => one.short === "events-dead-letter") };
  const access = () => ({
    endpoint: sandbox.endpoint,
    region: "us-east-1",
    credentials: { ...sandbox.rootCredentials },
  });
  const bundles = await bundleFunctions(ROOT, plan.functions);
  await deployRoles(plan, access());
  const lambda = new LambdaClient(access());
  const FunctionName = plan.names.functionName("events-dead-letter");
  const { State } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: plan.names.roleArn("events-dead-letter"),
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Timeout: 3,
      Code: { ZipFile: bundles[0]!.zip },
    }),
  );
  expect(State).toBe("Pending");
  await deployFunctions(plan, bundles, access());
  const { Timeout } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  expect(Timeout).toBe(plan.functions[0]!.timeoutSeconds);
});

// Tutti's own functions: made, or brought up to the code and settings of this blueprint.
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import type { Blueprint } from "#infra/blueprint.ts";
import type { Bundle } from "#infra/bundles/bundle.ts";
import type { FunctionBlueprint } from "#infra/functions.ts";
import type { AwsAccess } from "./access.ts";
import { ignoring } from "./ignoring.ts";

export async function deployFunctions(plan: Blueprint, bundles: Bundle[], access: AwsAccess): Promise<void> {
  const lambda = new LambdaClient(access);
  await Promise.all(plan.functions.map((one) => deployFunction(lambda, plan, one, bundles)));
  await Promise.all(plan.functions.map((one) => deployFailureDestination(lambda, plan, one)));
}

async function deployFunction(
  lambda: LambdaClient,
  plan: Blueprint,
  one: FunctionBlueprint,
  bundles: Bundle[],
): Promise<void> {
  const FunctionName = plan.names.functionName(one.short);
  const ZipFile = bundles.find((bundle) => bundle.short === one.short)!.zip;
  const configuration = {
    FunctionName,
    Handler: "index.handler",
    Runtime: "nodejs24.x" as const,
    Role: plan.names.roleArn(one.short),
    MemorySize: one.memoryMiB,
    Timeout: one.timeoutSeconds,
    Environment: { Variables: one.environment },
    // Empty lists take a function out of the network that it was in.
    VpcConfig: {
      SubnetIds: one.network?.subnetIds ?? [],
      SecurityGroupIds: one.network?.securityGroupIds ?? [],
    },
  };
  const created = await ignoring(
    "ResourceConflictException",
    lambda.send(new CreateFunctionCommand({ ...configuration, Code: { ZipFile } })),
  );
  if (!created) {
    await retryingConflict(() => lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile })));
    await retryingConflict(() => lambda.send(new UpdateFunctionConfigurationCommand(configuration)));
  }
  await waitUntilFunctionActiveV2(
    { client: lambda, maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.2 } as never,
    { FunctionName },
  );
  if (one.url) await deployUrl(lambda, FunctionName);
}

async function deployFailureDestination(
  lambda: LambdaClient,
  { names }: Blueprint,
  { short, onFailure }: FunctionBlueprint,
): Promise<void> {
  if (!onFailure) return;
  const OnFailure = { Destination: names.functionArn(onFailure) };
  const FunctionName = names.functionName(short);
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName, DestinationConfig: { OnFailure } }),
  );
}

async function deployUrl(lambda: LambdaClient, FunctionName: string): Promise<void> {
  await ignoring(
    "ResourceConflictException",
    lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" })),
  );
  const anyone = { FunctionName, Principal: "*" };
  await ignoring(
    "ResourceConflictException",
    lambda.send(
      new AddPermissionCommand({
        ...anyone,
        StatementId: "url",
        Action: "lambda:InvokeFunctionUrl",
        FunctionUrlAuthType: "NONE",
      }),
    ),
  );
  await ignoring(
    "ResourceConflictException",
    lambda.send(
      new AddPermissionCommand({
        ...anyone,
        StatementId: "url-invoke",
        Action: "lambda:InvokeFunction",
        InvokedViaFunctionUrl: true,
      }),
    ),
  );
}

/** A function that is still being made, or taking its new code, refuses the next change for a moment. It may be being made though it was there already: where the answer to CreateFunction was lost, the SDK asked again. */
async function retryingConflict<T>(call: () => Promise<T>, tries = 50): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if ((error as Error).name !== "ResourceConflictException" || attempt === tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}

// The functions of a sandbox, with everything that may call them.
import {
  type FunctionConfiguration,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  LambdaClient,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import type { AwsAccess } from "#start/deploy/access.ts";
import { ignoring } from "#start/deploy/ignoring.ts";
import type { Built } from "./built.ts";

type Functions = Pick<Built, "functions" | "permissions" | "failureDestinations" | "urls">;

type PolicyStatement = {
  Principal: string | Record<string, string>;
  Action: string;
  Condition?: Record<string, Record<string, string>>;
};

export async function builtFunctions(access: AwsAccess): Promise<Functions> {
  const lambda = new LambdaClient(access);
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const built: Functions = { functions: {}, permissions: {}, failureDestinations: {}, urls: {} };
  for (const one of Functions) {
    const FunctionName = one.FunctionName!;
    built.functions[FunctionName] = functionOf(one);
    const asked = await Promise.all([
      orNone(lambda.send(new GetPolicyCommand({ FunctionName }))),
      orNone(lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }))),
      orNone(lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }))),
    ]);
    const [policy, failing, url] = asked;
    if (policy) built.permissions[FunctionName] = permissionsOf(policy.Policy!);
    const destination = failing?.DestinationConfig?.OnFailure?.Destination;
    if (destination) built.failureDestinations[FunctionName] = destination;
    if (url) built.urls[FunctionName] = url.AuthType!;
  }
  return built;
}

function orNone<T>(call: Promise<T>): Promise<T | undefined> {
  return ignoring("ResourceNotFoundException", call);
}

function functionOf(one: FunctionConfiguration) {
  return {
    runtime: one.Runtime!,
    memoryMiB: one.MemorySize!,
    timeoutSeconds: one.Timeout!,
    role: one.Role!,
    environment: one.Environment?.Variables ?? {},
    network: [...(one.VpcConfig?.SubnetIds ?? []), ...(one.VpcConfig?.SecurityGroupIds ?? [])].sort(),
  };
}

function permissionsOf(policy: string): string[] {
  const { Statement } = JSON.parse(policy) as { Statement: PolicyStatement[] };
  return Statement.map(({ Principal, Action, Condition = {} }) => {
    const principal = typeof Principal === "string" ? Principal : Object.values(Principal)[0];
    const conditions = Object.assign({}, ...Object.values(Condition)) as Record<string, string>;
    const held = conditions["AWS:SourceArn"] ?? conditions["lambda:FunctionUrlAuthType"] ?? "url";
    return [principal, Action, held].join(" ");
  }).sort();
}

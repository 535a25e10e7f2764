// Tutti's own functions.
import type { Blueprint } from "../blueprint.ts";
import type { FunctionBlueprint } from "../functions.ts";
import type { Folders } from "./bundles.ts";
import { logicalName } from "./logical-name.ts";
import type { BuiltRoles } from "./roles.ts";

export type BuiltFunctions = Map<string, sst.aws.Function>;

export function buildFunctions(
  plan: Blueprint,
  roles: BuiltRoles,
  adminTokenSha256: $util.Output<string>,
  bundles: Folders,
  storage: $util.Resource[],
): BuiltFunctions {
  return new Map(
    plan.functions.map((one) => {
      const { arn, ready } = roles.get(one.short)!;
      const environment =
        "TUTTI_ADMIN_TOKEN_SHA256" in one.environment
          ? { ...one.environment, TUTTI_ADMIN_TOKEN_SHA256: adminTokenSha256 }
          : one.environment;
      const args = { ...argumentsOf(plan, one), bundle: bundles[one.short]!, role: arn, environment };
      return [
        one.short,
        new sst.aws.Function(logicalName(one.short), args, { dependsOn: [...storage, ...ready] }),
      ];
    }),
  );
}

function argumentsOf(plan: Blueprint, one: FunctionBlueprint) {
  return {
    name: plan.names.functionName(one.short),
    handler: "index.handler",
    runtime: "nodejs24.x" as const,
    architecture: "arm64" as const,
    memory: `${one.memoryMiB} MB` as const,
    timeout: `${one.timeoutSeconds} seconds` as const,
    // Without `cors: false` SST lets every origin read the answers.
    url: one.url ? { authorization: "none" as const, cors: false } : undefined,
    vpc: one.network && {
      privateSubnets: one.network.subnetIds,
      securityGroups: one.network.securityGroupIds,
    },
    logging: { retention: "1 month" as const, format: "json" as const },
    concurrency: one.reservedConcurrency === undefined ? undefined : { reserved: one.reservedConcurrency },
    transform: { function: { tracingConfig: { mode: one.startsTraces ? "Active" : "PassThrough" } } },
  };
}

/** That of users' functions: Lambda would make one for each, and keep it for ever. The sandbox keeps its logs in files. */
export function buildAppLogGroup({ names }: Blueprint): void {
  new aws.cloudwatch.LogGroup("AppFunctionLogs", { name: names.appLogGroup, retentionInDays: LOG_DAYS });
}

const LOG_DAYS = 30;

export function buildFailureDestinations(plan: Blueprint, functions: BuiltFunctions): void {
  for (const { short, onFailure } of plan.functions) {
    if (!onFailure) continue;
    new aws.lambda.FunctionEventInvokeConfig(`${logicalName(short)}Failure`, {
      functionName: functions.get(short)!.name,
      destinationConfig: { onFailure: { destination: functions.get(onFailure)!.arn } },
    });
  }
}

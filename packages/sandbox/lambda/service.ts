// AWS Lambda on this machine: functions, versions, aliases, URLs and invocations. Wires the parts to the operations;
// each part opens with what it keeps true.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-lambda";
import type { Files } from "../efs/folders.ts";
import { createPublisher } from "../metric-publisher.ts";
import type { Platform, Service } from "../platform.ts";
import { aliasHandlers } from "./aliases.ts";
import { metricsOfLogs } from "./embedded-metrics.ts";
import { createEnvironments } from "./environments.ts";
import { eventInvokeHandlers } from "./event-invoke.ts";
import { createEventQueue } from "./event-queue.ts";
import { functionHandlers } from "./functions.ts";
import { createInvoker, invokeHandler } from "./invoke.ts";
import { createLogs } from "./logs.ts";
import { parseFunctionName, qualifiedArn } from "./names.ts";
import { permissionHandlers } from "./permissions.ts";
import { provisionAgain, provisionedHandlers } from "./provisioned.ts";
import { createProvisionedUse } from "./provisioned-use.ts";
import { createLambdaMetrics } from "./published-metrics.ts";
import type { VersionRecord } from "./records.ts";
import { settingHandlers } from "./settings.ts";
import { openStore } from "./store.ts";
import { createUrlMetrics } from "./url-metrics.ts";
import { createUrls, urlHandlers } from "./urls.ts";
import { versionHandlers } from "./versions.ts";
import { mayWriteLogs } from "./writing-logs.ts";

export type LambdaService = Service & {
  /** Execution environments that live now, for those who watch the memory. */
  environmentCount(): number;
  /**
   * Answers for a function's URL at this place as well, as a domain in front of it would, until the sandbox stops.
   * @throws ServiceException when the place is taken
   */
  openUrlAt(functionName: string, at: { host: string; port: number }): Promise<void>;
};

export function createLambda(platform: Platform, files: Files): LambdaService {
  const directory = join(platform.directory, "lambda");
  prepare(directory);
  const arnOf = (name: string) => `arn:aws:lambda:${platform.region}:${platform.accountId}:function:${name}`;
  const store = openStore(directory, arnOf);
  const mayWrite = (name: string) => {
    const record = store.find(name);
    // What one that is gone has printed before is written with the role that it had.
    return record === undefined || mayWriteLogs(platform, record);
  };
  const logs = createLogs({ directory, mayWrite, onText: metricsOfLogs(platform) });
  const use = createProvisionedUse(() => platform.now());
  const environments = createEnvironments(platform, directory, files, logs.write, use);
  const serving = new Map<string, VersionRecord>();
  const metrics = createLambdaMetrics();
  const urlMetrics = createUrlMetrics();
  const counts = () => [...metrics.take(), ...urlMetrics.take(), ...use.take()];
  const publisher = createPublisher(platform, "AWS/Lambda", counts);
  const parts = { platform, files, directory, store, environments, logs, metrics, serving };
  const invoker = createInvoker(parts);
  const queue = createEventQueue(platform, directory, store, invoker);
  const urls = createUrls(platform, { invoker, metrics: urlMetrics });
  return {
    name: "lambda",
    module: sdk,
    Client: sdk.LambdaClient,
    handlers: {
      ...functionHandlers({ ...parts, urls }),
      ...versionHandlers({ ...parts, urls }),
      ...aliasHandlers({ store, urls }),
      ...urlHandlers(platform, store, urls),
      ...permissionHandlers(store),
      ...settingHandlers(store),
      ...provisionedHandlers({ store, environments, now: platform.now }),
      ...eventInvokeHandlers(store),
      Invoke: invokeHandler(parts, invoker, queue.enqueue),
    },
    iamActions: { Invoke: ["lambda:InvokeFunction"] },
    iamResources: resources(arnOf),
    iamAlso: {
      CreateFunction: (input) => [...passRole(input), ...tagging(arnOf, input), ...networking(input)],
      UpdateFunctionConfiguration: (input) => [...passRole(input), ...networking(input)],
    },
    environmentCount: environments.count,
    openUrlAt: (functionName, at) => urls.alsoAt(store.get(functionName), at),
    async start() {
      for (const record of store.all()) {
        for (const key of Object.keys(record.urls)) await urls.open(record, key);
      }
      provisionAgain({ store, environments });
      queue.carryOn();
      publisher.start();
    },
    async stop() {
      publisher.stop();
      queue.stop();
      await urls.closeAll();
      environments.stop();
      store.close();
      logs.close();
    },
  };
}

/**
 * A package.json of its own keeps `type: module` of a folder above away from the functions. Compiled code is kept for
 * one run only, so that it does not pile up.
 */
function prepare(directory: string): void {
  mkdirSync(directory, { recursive: true });
  rmSync(join(directory, "compiled"), { recursive: true, force: true });
  const path = join(directory, "package.json");
  if (!existsSync(path)) writeFileSync(path, "{}\n");
}

/** Resource of each action: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
function resources(arnOf: (name: string) => string): NonNullable<Service["iamResources"]> {
  const plain = (input: { FunctionName: string }) => [arnOf(parseFunctionName(input.FunctionName).name)];
  const qualified = (input: { FunctionName: string; Qualifier?: string }) => {
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    return [qualifiedArn(arnOf(name), qualifier)];
  };
  const byArn = (input: { Resource: string }) => [input.Resource];
  const plainOperations = [
    ...[
      "CreateFunction",
      "UpdateFunctionCode",
      "UpdateFunctionConfiguration",
      "PublishVersion",
      "ListVersionsByFunction",
    ],
    ...[
      "CreateAlias",
      "UpdateAlias",
      "GetAlias",
      "DeleteAlias",
      "ListAliases",
      "DeleteFunction",
      "AddPermission",
    ],
    ...[
      "RemovePermission",
      "GetPolicy",
      "CreateFunctionUrlConfig",
      "GetFunctionUrlConfig",
      "UpdateFunctionUrlConfig",
    ],
    ...[
      "DeleteFunctionUrlConfig",
      "ListFunctionUrlConfigs",
      "PutFunctionConcurrency",
      "GetFunctionConcurrency",
    ],
    "DeleteFunctionConcurrency",
    "ListProvisionedConcurrencyConfigs",
    "PutFunctionEventInvokeConfig",
    "GetFunctionEventInvokeConfig",
  ];
  return {
    ...Object.fromEntries(plainOperations.map((operation) => [operation, plain])),
    Invoke: qualified,
    GetFunction: qualified,
    GetFunctionConfiguration: qualified,
    PutProvisionedConcurrencyConfig: qualified,
    GetProvisionedConcurrencyConfig: qualified,
    DeleteProvisionedConcurrencyConfig: qualified,
    TagResource: byArn,
    UntagResource: byArn,
    ListTags: byArn,
  };
}

/** Who gives a role to a function must be allowed to pass it on. */
/** Tags that come with a new function are TagResource (Lambda developer guide, "Using tags on Lambda functions", permissions). */
function tagging(arnOf: (name: string) => string, { FunctionName = "", Tags }: sdk.CreateFunctionRequest) {
  if (!Tags || Object.keys(Tags).length === 0) return [];
  return [{ action: "lambda:TagResource", resource: arnOf(parseFunctionName(FunctionName).name) }];
}

const passRole = (input: { Role?: string }) =>
  input.Role === undefined
    ? []
    : [
        {
          action: "iam:PassRole",
          resource: input.Role,
          context: { "iam:PassedToService": "lambda.amazonaws.com" },
        },
      ];

/**
 * Who puts a function into a network must be allowed to look at it (Lambda developer guide, "Giving Lambda functions access to
 * resources in an Amazon VPC"), and at what it mounts ("Configuring file system access").
 */
function networking({
  VpcConfig,
  FileSystemConfigs,
}: {
  VpcConfig?: { SubnetIds?: string[] };
  FileSystemConfigs?: unknown[];
}) {
  const looks = ["ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"];
  return [
    ...(VpcConfig?.SubnetIds?.length ? looks : []),
    ...(FileSystemConfigs?.length ? ["elasticfilesystem:DescribeMountTargets"] : []),
  ].map((action) => ({ action, resource: "*" }));
}

// An evaluated SST program as an installation.
import type { Built } from "./built.ts";
import { type Graph, inputsOf } from "./graph.ts";

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the provider's schema.
type Inputs = any;

/** SST adds these to every function; without links there is nothing in them. */
const SST_VARIABLES = ["SST_KEY", "SST_KEY_FILE", "SST_RESOURCE_App"];

export function builtBySst(graph: Graph): Built {
  return describe((type) => Object.values(inputsOf(graph, type)));
}

/** The types of resources of which the above says something, so that the other builder is held against them. */
export function comparedTypes(graph: Graph): Set<string> {
  const asked = new Set<string>();
  describe((type) => {
    asked.add(type);
    return Object.values(inputsOf(graph, type));
  });
  return asked;
}

function describe(all: (type: string) => Inputs[]): Built {
  return {
    ...functionsOf(all),
    roles: rolesOf(all),
    stateMachines: byName(all("aws:sfn/stateMachine:StateMachine"), (one) => ({
      definition: JSON.parse(one.definition),
      role: one.roleArn,
    })),
    buses: byName(all("aws:cloudwatch/eventBus:EventBus"), (one) => one.description),
    rules: byName(all("aws:cloudwatch/eventRule:EventRule"), (rule) => ({
      bus: rule.eventBusName ?? "default",
      pattern: JSON.parse(rule.eventPattern),
      targets: all("aws:cloudwatch/eventTarget:EventTarget")
        .filter(
          (one) =>
            one.rule === rule.name && (one.eventBusName ?? "default") === (rule.eventBusName ?? "default"),
        )
        .map((one) => ({ id: one.targetId, arn: one.arn })),
    })),
    schedules: byName(all("aws:scheduler/schedule:Schedule"), (one) => ({
      expression: one.scheduleExpression,
      window: one.flexibleTimeWindow.mode,
      target: { arn: one.target.arn, role: one.target.roleArn, input: one.target.input },
    })),
    tables: byName(all("aws:dynamodb/table:Table"), tableOf),
    buckets: Object.fromEntries(
      all("aws:s3/bucket:Bucket").map(({ bucket }) => [
        bucket,
        all("aws:s3/bucketNotification:BucketNotification").some(
          (one) => one.bucket === bucket && one.eventbridge,
        )
          ? "EventBridge"
          : "nowhere",
      ]),
    ),
    alarms: byName(all("aws:cloudwatch/metricAlarm:MetricAlarm"), (one) => ({
      description: one.alarmDescription,
      metric: [one.namespace, one.metricName, one.dimensions],
      statistic: one.statistic,
      period: one.period,
      periods: [one.datapointsToAlarm, one.evaluationPeriods],
      threshold: [one.comparisonOperator, one.threshold],
      missing: one.treatMissingData,
    })),
    projects: byName(all("aws:codebuild/project:Project"), (one) => ({
      description: one.description,
      role: one.serviceRole,
      source: one.source,
      artifacts: one.artifacts.type,
      environment: one.environment,
      timeoutMinutes: one.buildTimeout,
      logs: { cloudWatch: one.logsConfig.cloudwatchLogs.status, s3: one.logsConfig.s3Logs },
    })),
  };
}

function functionsOf(all: (type: string) => Inputs[]) {
  const permissions: Record<string, string[]> = {};
  for (const one of all("aws:lambda/permission:Permission")) {
    permissions[one.function] ??= [];
    permissions[one.function]!.push(
      [one.principal, one.action, one.sourceArn ?? one.functionUrlAuthType ?? "url"].join(" "),
    );
  }
  return {
    functions: byName(all("aws:lambda/function:Function"), (one) => ({
      runtime: one.runtime,
      memoryMiB: one.memorySize,
      timeoutSeconds: one.timeout,
      role: one.role,
      network: [...(one.vpcConfig?.subnetIds ?? []), ...(one.vpcConfig?.securityGroupIds ?? [])].sort(),
      environment: Object.fromEntries(
        Object.entries<string>(one.environment.variables).filter(([key]) => !SST_VARIABLES.includes(key)),
      ),
    })),
    permissions: Object.fromEntries(Object.entries(permissions).map(([key, list]) => [key, list.sort()])),
    failureDestinations: Object.fromEntries(
      all("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").map((one) => [
        one.functionName,
        one.destinationConfig.onFailure.destination,
      ]),
    ),
    urls: Object.fromEntries(
      all("aws:lambda/functionUrl:FunctionUrl").map((one) => [one.functionName, one.authorizationType]),
    ),
  };
}

function rolesOf(all: (type: string) => Inputs[]): Built["roles"] {
  const policies = all("aws:iam/rolePolicy:RolePolicy");
  return byName(all("aws:iam/role:Role"), (role) => ({
    trust: JSON.parse(role.assumeRolePolicy),
    policies: byName(
      policies.filter((one) => one.role === role.name),
      (one) => JSON.parse(one.policy),
    ),
    // Nothing of the kind is made; if it ever were, the other builder would have to make it too.
    ...(role.managedPolicyArns ? { managed: role.managedPolicyArns } : {}),
  }));
}

function tableOf(one: Inputs) {
  const index = ({ name, hashKey, rangeKey, projectionType }: Inputs) => ({
    name,
    hashKey,
    rangeKey,
    projectionType,
  });
  return {
    attributes: Object.fromEntries(one.attributes.map(({ name, type }: Inputs) => [name, type])),
    keys: [one.hashKey, one.rangeKey],
    billing: one.billingMode,
    indexes: one.globalSecondaryIndexes.map(index),
    ttl: one.ttl.enabled ? one.ttl.attributeName : undefined,
  };
}

function byName<T>(list: Inputs[], describe: (one: Inputs) => T): Record<string, T> {
  return Object.fromEntries(list.map((one) => [one.name, describe(one)]));
}

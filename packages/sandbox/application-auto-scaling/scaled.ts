// What Application Auto Scaling scales here: the desired count of ECS services, and the provisioned concurrency of functions. Each
// says how its capacity is read and set, by the calls of the service itself.
import type { ScalableDimension, ServiceNamespace } from "@aws-sdk/client-application-auto-scaling";
import type { Service as EcsService } from "@aws-sdk/client-ecs";
import type { GetProvisionedConcurrencyConfigResponse } from "@aws-sdk/client-lambda";
import { type AlsoNeeded, AwsError, type Platform } from "../platform.ts";

/** `running`: those of the desired that have come up. */
export type Capacity = { desired: number; running: number };

export type Scaled = {
  dimension: ScalableDimension;
  /** API reference, TargetTrackingScalingPolicyConfiguration: where no cooldown is said. */
  cooldownSeconds: number;
  /** `null` where it is not there. Throws for what is no id of such a thing. */
  read(platform: Platform, resourceId: string): Promise<Capacity | null>;
  set(platform: Platform, resourceId: string, desired: number): Promise<void>;
  says(desired: number): { description: string; message: string };
  /** Whoever scales it must be allowed to (user guide, "Permissions validation"). */
  needs(platform: Pick<Platform, "region" | "accountId">, resourceId: string): AlsoNeeded[];
  role: string;
};

const services: Scaled = {
  dimension: "ecs:service:DesiredCount",
  cooldownSeconds: 300,
  async read(platform, resourceId) {
    const { cluster, service } = serviceOf(resourceId);
    const answer = (await platform.call(
      "ecs",
      "DescribeServices",
      { cluster, services: [service] },
      "root",
    )) as { services: EcsService[] };
    const found = answer.services.find(({ status }) => status === "ACTIVE");
    return found ? { desired: found.desiredCount ?? 0, running: found.runningCount ?? 0 } : null;
  },
  async set(platform, resourceId, desiredCount) {
    await platform.call("ecs", "UpdateService", { ...serviceOf(resourceId), desiredCount }, "root");
  },
  says: (desired) => ({
    description: `Setting desired count to ${desired}.`,
    message: `Successfully set desired count to ${desired}. Change successfully fulfilled by ecs.`,
  }),
  needs({ region, accountId }, resourceId) {
    const { cluster, service } = serviceOf(resourceId);
    const resource = `arn:aws:ecs:${region}:${accountId}:service/${cluster}/${service}`;
    return ["ecs:DescribeServices", "ecs:UpdateService"].map((action) => ({ action, resource }));
  },
  role: "ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
};

const functions: Scaled = {
  dimension: "lambda:function:ProvisionedConcurrency",
  cooldownSeconds: 0,
  async read(platform, resourceId) {
    const input = functionOf(resourceId);
    try {
      const found = (await platform.call(
        "lambda",
        "GetProvisionedConcurrencyConfig",
        input,
        "root",
      )) as GetProvisionedConcurrencyConfigResponse;
      return {
        desired: found.RequestedProvisionedConcurrentExecutions ?? 0,
        running: found.AvailableProvisionedConcurrentExecutions ?? 0,
      };
    } catch (error) {
      const gone = ["ResourceNotFoundException", "ProvisionedConcurrencyConfigNotFoundException"];
      if (error instanceof AwsError && gone.includes(error.code)) return null;
      throw error;
    }
  },
  async set(platform, resourceId, ProvisionedConcurrentExecutions) {
    const input = { ...functionOf(resourceId), ProvisionedConcurrentExecutions };
    await platform.call("lambda", "PutProvisionedConcurrencyConfig", input, "root");
  },
  says: (desired) => ({
    description: `Setting desired concurrency to ${desired}.`,
    message: `Successfully set desired concurrency to ${desired}. Change successfully fulfilled by lambda.`,
  }),
  needs({ region, accountId }, resourceId) {
    const { FunctionName, Qualifier } = functionOf(resourceId);
    const resource = `arn:aws:lambda:${region}:${accountId}:function:${FunctionName}:${Qualifier}`;
    return [
      "lambda:PutProvisionedConcurrencyConfig",
      "lambda:GetProvisionedConcurrencyConfig",
      "lambda:DeleteProvisionedConcurrencyConfig",
    ].map((action) => ({ action, resource }));
  },
  role: "lambda.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency",
};

const SCALED: Record<string, Scaled> = { ecs: services, lambda: functions };

export function scaledOf(namespace: string | undefined): Scaled {
  const found = SCALED[namespace ?? ""];
  if (found) return found;
  throw new AwsError(
    "NotImplemented",
    `The sandbox does not implement the namespace ${namespace} of Application Auto Scaling.`,
  );
}

/** Ids of the two are unlike each other. */
export function namespaceOf(resourceId: string): ServiceNamespace {
  return resourceId.startsWith("function:") ? "lambda" : "ecs";
}

function serviceOf(resourceId: string): { cluster: string; service: string } {
  const match = /^service\/([^/]+)\/([^/]+)$/.exec(resourceId);
  if (match) return { cluster: match[1]!, service: match[2]! };
  throw new AwsError(
    "ValidationException",
    `ResourceId must be service/<cluster>/<service>, not ${resourceId}`,
  );
}

/** API reference, RegisterScalableTarget: a version or an alias, never $LATEST. */
function functionOf(resourceId: string): { FunctionName: string; Qualifier: string } {
  const match = /^function:([\w-]+):([\w-]+)$/.exec(resourceId);
  if (match) return { FunctionName: match[1]!, Qualifier: match[2]! };
  throw new AwsError(
    "ValidationException",
    `ResourceId must be function:<name>:<version or alias>, not ${resourceId}`,
  );
}

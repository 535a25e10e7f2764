// The calls to Application Auto Scaling, on one ECS service or one version of a function each. What is not there is `null`.
import {
  type ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type ScalableTarget,
  type ScalingPolicy,
  type TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import { ACTIVITIES_TOLD, type ScalingActivity } from "#core/domain/scaling.ts";
import { callAws as call, isAwsError } from "#targets/host/call-aws.ts";

export const POLICY_NAME = "tutti-scaling";

type Clients = { scaling: ApplicationAutoScalingClient };

/** What is scaled, as Application Auto Scaling names it (API reference, ResourceId). */
export type Scaled = {
  ServiceNamespace: "ecs" | "lambda";
  ScalableDimension: "ecs:service:DesiredCount" | "lambda:function:ProvisionedConcurrency";
  ResourceId: string;
};

export function serviceScaled(cluster: string, service: string): Scaled {
  const ResourceId = `service/${cluster}/${service}`;
  return { ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount", ResourceId };
}

export function functionScaled(name: string, version: string): Scaled {
  const ScalableDimension = "lambda:function:ProvisionedConcurrency";
  return { ServiceNamespace: "lambda", ScalableDimension, ResourceId: `function:${name}:${version}` };
}

export async function readTarget({ scaling }: Clients, scaled: Scaled): Promise<ScalableTarget | null> {
  const { ResourceId, ...rest } = scaled;
  const answer = await call("application-autoscaling:DescribeScalableTargets", (abortSignal) =>
    scaling.send(new DescribeScalableTargetsCommand({ ...rest, ResourceIds: [ResourceId] }), { abortSignal }),
  );
  return answer.ScalableTargets?.[0] ?? null;
}

export async function readPolicy({ scaling }: Clients, scaled: Scaled): Promise<ScalingPolicy | null> {
  const answer = await call("application-autoscaling:DescribeScalingPolicies", (abortSignal) =>
    scaling.send(new DescribeScalingPoliciesCommand({ ...scaled, PolicyNames: [POLICY_NAME] }), {
      abortSignal,
    }),
  );
  return answer.ScalingPolicies?.[0] ?? null;
}

export async function register(
  { scaling }: Clients,
  scaled: Scaled,
  bounds: { MinCapacity: number; MaxCapacity: number },
): Promise<void> {
  await call("application-autoscaling:RegisterScalableTarget", (abortSignal) =>
    scaling.send(new RegisterScalableTargetCommand({ ...scaled, ...bounds }), { abortSignal }),
  );
}

export async function putPolicy(
  { scaling }: Clients,
  scaled: Scaled,
  configuration: TargetTrackingScalingPolicyConfiguration,
): Promise<void> {
  await call("application-autoscaling:PutScalingPolicy", (abortSignal) =>
    scaling.send(
      new PutScalingPolicyCommand({
        ...scaled,
        PolicyName: POLICY_NAME,
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: configuration,
      }),
      { abortSignal },
    ),
  );
}

/** Its policies go with it. */
export async function deregister({ scaling }: Clients, scaled: Scaled): Promise<void> {
  try {
    await call("application-autoscaling:DeregisterScalableTarget", (abortSignal) =>
      scaling.send(new DeregisterScalableTargetCommand(scaled), { abortSignal }),
    );
  } catch (error) {
    if (!isAwsError(error, "ObjectNotFoundException")) throw error;
  }
}

/** What policies did, newest first. */
export async function listActivities({ scaling }: Clients, scaled: Scaled): Promise<ScalingActivity[]> {
  const answer = await call("application-autoscaling:DescribeScalingActivities", (abortSignal) =>
    scaling.send(new DescribeScalingActivitiesCommand({ ...scaled, MaxResults: 50 }), { abortSignal }),
  );
  const own = (answer.ScalingActivities ?? []).filter(({ Cause = "" }) => Cause.includes("triggered policy"));
  return own.slice(0, ACTIVITIES_TOLD).map((one) => ({
    at: one.StartTime!.toISOString(),
    status: one.StatusCode ?? "",
    description: one.Description ?? "",
    cause: one.Cause ?? "",
  }));
}

// The calls to Application Auto Scaling, on one service each. What is not there is `null`.
import {
  type ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type ScalableTarget,
  type ScalingActivity,
  type ScalingPolicy,
  type TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import { call, isEcsError } from "./client.ts";

export const POLICY_NAME = "tutti-scaling";

type Clients = { scaling: ApplicationAutoScalingClient };

function about(ResourceId: string) {
  return {
    ServiceNamespace: "ecs" as const,
    ResourceId,
    ScalableDimension: "ecs:service:DesiredCount" as const,
  };
}

export async function readTarget({ scaling }: Clients, resourceId: string): Promise<ScalableTarget | null> {
  const { ResourceId, ...rest } = about(resourceId);
  const answer = await call("application-autoscaling:DescribeScalableTargets", (abortSignal) =>
    scaling.send(new DescribeScalableTargetsCommand({ ...rest, ResourceIds: [ResourceId] }), { abortSignal }),
  );
  return answer.ScalableTargets?.[0] ?? null;
}

export async function readPolicy({ scaling }: Clients, resourceId: string): Promise<ScalingPolicy | null> {
  const answer = await call("application-autoscaling:DescribeScalingPolicies", (abortSignal) =>
    scaling.send(new DescribeScalingPoliciesCommand({ ...about(resourceId), PolicyNames: [POLICY_NAME] }), {
      abortSignal,
    }),
  );
  return answer.ScalingPolicies?.[0] ?? null;
}

export async function register(
  { scaling }: Clients,
  resourceId: string,
  bounds: { MinCapacity: number; MaxCapacity: number },
): Promise<void> {
  await call("application-autoscaling:RegisterScalableTarget", (abortSignal) =>
    scaling.send(new RegisterScalableTargetCommand({ ...about(resourceId), ...bounds }), { abortSignal }),
  );
}

export async function putPolicy(
  { scaling }: Clients,
  resourceId: string,
  configuration: TargetTrackingScalingPolicyConfiguration,
): Promise<void> {
  await call("application-autoscaling:PutScalingPolicy", (abortSignal) =>
    scaling.send(
      new PutScalingPolicyCommand({
        ...about(resourceId),
        PolicyName: POLICY_NAME,
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: configuration,
      }),
      { abortSignal },
    ),
  );
}

/** Its policies go with it. */
export async function deregister({ scaling }: Clients, resourceId: string): Promise<void> {
  try {
    await call("application-autoscaling:DeregisterScalableTarget", (abortSignal) =>
      scaling.send(new DeregisterScalableTargetCommand(about(resourceId)), { abortSignal }),
    );
  } catch (error) {
    if (!isEcsError(error, "ObjectNotFoundException")) throw error;
  }
}

/** Newest first. */
export async function listActivities({ scaling }: Clients, resourceId: string): Promise<ScalingActivity[]> {
  const answer = await call("application-autoscaling:DescribeScalingActivities", (abortSignal) =>
    scaling.send(new DescribeScalingActivitiesCommand({ ...about(resourceId), MaxResults: 20 }), {
      abortSignal,
    }),
  );
  return answer.ScalingActivities ?? [];
}

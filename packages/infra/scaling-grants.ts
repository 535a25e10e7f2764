// What Application Auto Scaling asks of a driver that has it choose counts.
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

/** How the names of what is scaled begin, in the alarms of its policies. */
const SCALED = { ecs: "service/*/", lambda: "function:" };

/** Bounds and policies of services and functions, the alarms that such a policy has, and the role by which AWS changes the count. */
export function scaling(
  { account, region, appFunctionPrefix }: Names,
  namespace: keyof typeof SCALED,
): Statement[] {
  const call = (name: string) => `application-autoscaling:${name}`;
  return [
    {
      actions: ["RegisterScalableTarget", "DeregisterScalableTarget", "PutScalingPolicy"].map(call),
      resources: [`arn:aws:application-autoscaling:${region}:${account}:scalable-target/*`],
      why: "A scalable target's ARN has an id of AWS's own; whoever registers one must be allowed to change what it scales too.",
    },
    {
      actions: ["DescribeScalableTargets", "DescribeScalingPolicies", "DescribeScalingActivities"].map(call),
      resources: ["*"],
      why: "Describe calls know no resources (Service Authorization Reference, AWS Application Auto Scaling).",
    },
    {
      actions: ["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"],
      resources: [
        `arn:aws:cloudwatch:${region}:${account}:alarm:TargetTracking-${SCALED[namespace]}${appFunctionPrefix}*`,
      ],
    },
    {
      actions: ["iam:CreateServiceLinkedRole"],
      resources: [
        `arn:aws:iam::${account}:role/aws-service-role/${namespace}.application-autoscaling.amazonaws.com/*`,
      ],
      why: "The first that an account scales has AWS make the one role by which it changes counts.",
    },
  ];
}

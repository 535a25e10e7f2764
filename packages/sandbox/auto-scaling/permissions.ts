// What IAM is asked about Auto Scaling's operations (Service Authorization Reference, Amazon EC2 Auto Scaling). Who
// gives a group a launch template must be allowed to launch from it: ec2:RunInstances and iam:PassRole (user guide,
// "Launch template support: IAM").

import type { LaunchTemplateSpecification } from "@aws-sdk/client-auto-scaling";
import type { Service } from "../platform.ts";
import { locate, type State } from "./state.ts";

const BY_GROUP = [
  "CreateAutoScalingGroup",
  "UpdateAutoScalingGroup",
  "DeleteAutoScalingGroup",
  "SetDesiredCapacity",
  "SetInstanceProtection",
  "SuspendProcesses",
  "ResumeProcesses",
  "PutScalingPolicy",
  "DeletePolicy",
  "AttachLoadBalancerTargetGroups",
  "DetachLoadBalancerTargetGroups",
  "AttachTrafficSources",
  "DetachTrafficSources",
  "AttachInstances",
  "DetachInstances",
  "EnterStandby",
  "ExitStandby",
];
const BY_INSTANCE = ["TerminateInstanceInAutoScalingGroup", "SetInstanceHealth"];

export function iamResources(state: State): Service["iamResources"] {
  const arnOf = (name: string | undefined) => {
    const { region, accountId } = state.platform;
    const group = state.groups.get(name ?? "");
    return (
      group?.arn ??
      `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/${name}`
    );
  };
  const byGroup = ({ AutoScalingGroupName }: { AutoScalingGroupName?: string }) => [
    arnOf(AutoScalingGroupName),
  ];
  const byInstance = ({ InstanceId }: { InstanceId?: string }) => [
    arnOf(locate(state, InstanceId)?.group.name),
  ];
  const byTags = ({ Tags = [] }: { Tags?: { ResourceId?: string }[] }) =>
    Tags.map(({ ResourceId }) => arnOf(ResourceId));
  return {
    ...Object.fromEntries(BY_GROUP.map((operation) => [operation, byGroup])),
    ...Object.fromEntries(BY_INSTANCE.map((operation) => [operation, byInstance])),
    CreateOrUpdateTags: byTags,
    DeleteTags: byTags,
  };
}

export function iamAlso({ pool }: State): Service["iamAlso"] {
  const launching = ({ LaunchTemplate }: { LaunchTemplate?: LaunchTemplateSpecification }) =>
    LaunchTemplate ? pool.permissions({ LaunchTemplate, MinCount: 1, MaxCount: 1 }) : [];
  return { CreateAutoScalingGroup: launching, UpdateAutoScalingGroup: launching };
}

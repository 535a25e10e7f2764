// Groups and members as Auto Scaling tells of them.
import type { AutoScalingGroup, Instance } from "@aws-sdk/client-auto-scaling";
import type { Group, Member, TemplateChoice } from "./model.ts";
import type { State } from "./state.ts";
import { describeTag } from "./tags.ts";

export function describeGroup(
  { platform, pool }: State,
  group: Group,
  withInstances = true,
): AutoScalingGroup {
  const zones = group.subnetIds.map((id) => pool.zoneOf(id));
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    CreatedTime: new Date(group.createdAt),
    LaunchTemplate: describeTemplate(group.template),
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desired,
    DefaultCooldown: group.cooldownSeconds,
    DefaultInstanceWarmup: group.warmupSeconds,
    AvailabilityZones: [...new Set(zones)],
    VPCZoneIdentifier: group.subnetIds.join(","),
    LoadBalancerNames: [],
    TargetGroupARNs: group.targetGroupArns,
    TrafficSources: group.targetGroupArns.map((Identifier) => ({ Identifier, Type: "elbv2" })),
    HealthCheckType: group.checksBalancer ? "ELB" : "EC2",
    HealthCheckGracePeriod: group.graceSeconds,
    TerminationPolicies: group.terminationPolicies,
    NewInstancesProtectedFromScaleIn: group.protectsNew,
    SuspendedProcesses: group.suspended.map((ProcessName) => ({
      ProcessName,
      SuspensionReason: "User suspended",
    })),
    EnabledMetrics: [],
    Instances: withInstances ? group.members.map((member) => describeInstance(member)) : [],
    Tags: group.tags.map((tag) => describeTag(group.name, tag)),
    ServiceLinkedRoleARN: `arn:aws:iam::${platform.accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    ...(group.isDeleting && { Status: "Delete in progress" }),
  };
}

export function describeInstance(member: Member): Instance {
  return {
    InstanceId: member.id,
    InstanceType: member.type,
    AvailabilityZone: member.zone,
    LifecycleState: member.lifecycle,
    HealthStatus: member.isHealthy ? "Healthy" : "Unhealthy",
    ProtectedFromScaleIn: member.isProtected,
    LaunchTemplate: describeTemplate(member.template),
  };
}

function describeTemplate({ id, name, version }: TemplateChoice) {
  return { LaunchTemplateId: id, LaunchTemplateName: name, Version: version };
}

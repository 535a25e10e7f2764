// Target groups of a group, attached and detached while it runs. Traffic sources are the same under a newer name.
import type {
  AttachLoadBalancerTargetGroupsType,
  AttachTrafficSourcesType,
  DescribeLoadBalancerTargetGroupsRequest,
  DescribeTrafficSourcesRequest,
  DetachLoadBalancerTargetGroupsType,
  DetachTrafficSourcesType,
  TrafficSourceIdentifier,
} from "@aws-sdk/client-auto-scaling";
import { pageOf } from "../machines/pages.ts";
import type { Handler } from "../platform.ts";
import type { Group } from "./model.ts";
import { findGroup, findLiveGroup, type State, save, validation } from "./state.ts";
import { enterTraffic, healthOf, leaveTraffic, targetGroupExists } from "./traffic.ts";

export function trafficHandlers(state: State): Record<string, Handler> {
  return {
    AttachLoadBalancerTargetGroups: (input: AttachLoadBalancerTargetGroupsType) =>
      attach(state, input.AutoScalingGroupName, input.TargetGroupARNs ?? []),
    DetachLoadBalancerTargetGroups: (input: DetachLoadBalancerTargetGroupsType) =>
      detach(state, input.AutoScalingGroupName, input.TargetGroupARNs ?? []),
    DescribeLoadBalancerTargetGroups: async (input: DescribeLoadBalancerTargetGroupsRequest) => {
      const group = findGroup(state, input.AutoScalingGroupName);
      const page = pageOf(group.targetGroupArns, input.MaxRecords ?? 100, input.NextToken);
      const described = page.items.map(async (LoadBalancerTargetGroupARN) => ({
        LoadBalancerTargetGroupARN,
        State: await attachmentOf(state, group, LoadBalancerTargetGroupARN),
      }));
      return { LoadBalancerTargetGroups: await Promise.all(described), NextToken: page.next };
    },
    AttachTrafficSources: (input: AttachTrafficSourcesType) =>
      attach(state, input.AutoScalingGroupName, arnsOf(input.TrafficSources)),
    DetachTrafficSources: (input: DetachTrafficSourcesType) =>
      detach(state, input.AutoScalingGroupName, arnsOf(input.TrafficSources)),
    DescribeTrafficSources: async (input: DescribeTrafficSourcesRequest) => {
      const group = findGroup(state, input.AutoScalingGroupName);
      const page = pageOf(group.targetGroupArns, input.MaxRecords ?? 50, input.NextToken);
      const described = page.items.map(async (Identifier) => ({
        Identifier,
        TrafficSource: Identifier,
        Type: "elbv2",
        State: await attachmentOf(state, group, Identifier),
      }));
      return { TrafficSources: await Promise.all(described), NextToken: page.next };
    },
  };
}

function arnsOf(sources: TrafficSourceIdentifier[] | undefined): string[] {
  return (sources ?? []).map(({ Identifier, Type }) => {
    if (Type === undefined || Type === "elbv2") return Identifier ?? "";
    throw validation(`Traffic sources of type ${Type} are not implemented in the sandbox: elbv2`);
  });
}

export async function checkTargetGroups(state: State, arns: string[]): Promise<void> {
  for (const arn of arns)
    if (!(await targetGroupExists(state, arn))) throw validation(`Invalid Target Group ARN: ${arn}`);
}

async function attach(state: State, name: string | undefined, arns: string[]) {
  findLiveGroup(state, name);
  await checkTargetGroups(state, arns);
  const group = findLiveGroup(state, name);
  group.targetGroupArns = [...new Set([...group.targetGroupArns, ...arns])];
  save(state, group);
  await enterTraffic(state, group, inService(group));
  return {};
}

/** What is under way at the target groups is finished there; the members stay. */
async function detach(state: State, name: string | undefined, arns: string[]) {
  const group = findLiveGroup(state, name);
  const missing = arns.find((arn) => !group.targetGroupArns.includes(arn));
  if (missing) throw validation(`Trying to remove Target Groups that are not part of the group: ${missing}`);
  group.targetGroupArns = group.targetGroupArns.filter((arn) => !arns.includes(arn));
  save(state, group);
  await Promise.all(group.members.map(({ id }) => leaveTraffic(state, arns, id, false)));
  return {};
}

function inService(group: Group): string[] {
  return group.members.filter(({ lifecycle }) => lifecycle === "InService").map(({ id }) => id);
}

/** API reference, LoadBalancerTargetGroupState. */
async function attachmentOf(state: State, group: Group, arn: string): Promise<string> {
  const targets = new Map(
    (await healthOf(state, arn)).map((one) => [one.Target.Id, one.TargetHealth.State] as const),
  );
  const members = inService(group);
  if (members.some((id) => !targets.has(id))) return "Adding";
  return members.some((id) => targets.get(id) === "healthy") ? "InService" : "Added";
}

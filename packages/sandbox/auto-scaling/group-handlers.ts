// Groups on the wire: made, changed, deleted and told of.
import { randomUUID } from "node:crypto";
import type {
  AutoScalingGroupNamesType,
  CreateAutoScalingGroupType,
  DeleteAutoScalingGroupType,
  DescribeAutoScalingInstancesType,
  DescribeScalingActivitiesType,
  UpdateAutoScalingGroupType,
} from "@aws-sdk/client-auto-scaling";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Handler } from "../platform.ts";
import { at, describeActivity } from "./activities.ts";
import type { Control } from "./control.ts";
import { describeGroup, describeInstance } from "./describe.ts";
import { checkSize, newSize, readSettings, refuseUnimplemented } from "./group-input.ts";
import { checkTemplate, resetPause } from "./launch.ts";
import type { Group } from "./model.ts";
import { dropPolicies } from "./policy-handlers.ts";
import { findGroup, findLiveGroup, type State, save, validation } from "./state.ts";
import { matchesTags, mergeTags } from "./tags.ts";
import { checkTargetGroups } from "./traffic-handlers.ts";

export function groupHandlers(state: State, control: Control): Record<string, Handler> {
  return {
    CreateAutoScalingGroup: async (input: CreateAutoScalingGroupType) => {
      const group = await newGroup(state, input);
      if (state.groups.get(group.name)) throw alreadyExists(group.name);
      save(state, group);
      control.look(group.name);
      return {};
    },
    UpdateAutoScalingGroup: async (input: UpdateAutoScalingGroupType) => {
      refuseUnimplemented("UpdateAutoScalingGroup", input);
      const group = findLiveGroup(state, input.AutoScalingGroupName);
      const settings = readSettings(state, input);
      newSize(group, input);
      if (settings.template) await checkTemplate(state, settings.template);
      const size = newSize(findLiveGroup(state, group.name), input);
      group.because = becauseOf(state, group, size);
      Object.assign(group, settings, size);
      resetPause(state, group.name);
      save(state, group);
      control.look(group.name);
      return {};
    },
    DeleteAutoScalingGroup: async (input: DeleteAutoScalingGroupType) => {
      const group = findGroup(state, input.AutoScalingGroupName);
      deleteGroup(state, group, input.ForceDelete === true);
      await dropPolicies(state, group);
      control.look(input.AutoScalingGroupName!);
      return {};
    },
    DescribeAutoScalingGroups: (input: AutoScalingGroupNamesType) => {
      const names = input.AutoScalingGroupNames;
      // Names that there are not are left out (API reference).
      const found = state.groups
        .list()
        .filter(({ name }) => !names?.length || names.includes(name))
        .filter((group) => matchesTags(group.tags, input.Filters));
      const page = pageOf(found, input.MaxRecords ?? 50, input.NextToken);
      return {
        AutoScalingGroups: page.items.map((group) => describeGroup(state, group, input.IncludeInstances)),
        NextToken: page.next,
      };
    },
    DescribeAutoScalingInstances: (input: DescribeAutoScalingInstancesType) => {
      const wanted = input.InstanceIds;
      const all = state.groups.list().flatMap((group) => group.members.map((member) => ({ group, member })));
      const found = all.filter(({ member }) => !wanted?.length || wanted.includes(member.id));
      const page = pageOf(found, input.MaxRecords ?? 50, input.NextToken);
      return {
        AutoScalingInstances: page.items.map(({ group, member }) => ({
          ...describeInstance(member),
          // This operation alone writes it in capitals (API reference, AutoScalingInstanceDetails).
          HealthStatus: member.isHealthy ? "HEALTHY" : "UNHEALTHY",
          AutoScalingGroupName: group.name,
        })),
        NextToken: page.next,
      };
    },
    DescribeScalingActivities: (input: DescribeScalingActivitiesType) => {
      const { AutoScalingGroupName: name, ActivityIds: ids } = input;
      if (name !== undefined && !input.IncludeDeletedGroups) findGroup(state, name);
      const found = state.activities
        .filter((one) => name === undefined || one.groupName === name)
        .filter((one) => !ids?.length || ids.includes(one.id))
        .filter((one) => input.IncludeDeletedGroups || state.groups.get(one.groupName)?.arn === one.groupArn);
      const page = pageOf(found.reverse(), input.MaxRecords ?? 100, input.NextToken);
      return { Activities: page.items.map(describeActivity), NextToken: page.next };
    },
  };
}

function alreadyExists(name: string): AwsError {
  return new AwsError(
    "AlreadyExistsFault",
    `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
  );
}

async function newGroup(state: State, input: CreateAutoScalingGroupType): Promise<Group> {
  refuseUnimplemented("CreateAutoScalingGroup", input);
  const name = checkName(input.AutoScalingGroupName);
  if (state.groups.get(name)) throw alreadyExists(name);
  const desired = input.DesiredCapacity ?? input.MinSize ?? 0;
  const size = { minSize: input.MinSize ?? 0, maxSize: input.MaxSize ?? 0, desired };
  checkSize(size);
  const settings = readSettings(state, input);
  const { template, subnetIds } = settings;
  if (!template)
    throw validation(
      "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
    );
  if (!subnetIds) throw validation("At least one Availability Zone or VPC Subnet is required.");
  await checkTemplate(state, template);
  const sources = (input.TrafficSources ?? []).map(({ Identifier }) => Identifier ?? "");
  const targetGroupArns = [...(input.TargetGroupARNs ?? []), ...sources];
  await checkTargetGroups(state, targetGroupArns);
  const { accountId, region } = state.platform;
  const sizes = `min: ${size.minSize}, max: ${size.maxSize}, desired: ${desired}`;
  return {
    // Defaults of the API reference, CreateAutoScalingGroup.
    cooldownSeconds: 300,
    checksBalancer: false,
    graceSeconds: 0,
    terminationPolicies: ["Default"],
    protectsNew: false,
    ...settings,
    ...size,
    template,
    subnetIds,
    targetGroupArns,
    name,
    arn: `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:${randomUUID()}:autoScalingGroupName/${name}`,
    createdAt: state.platform.now(),
    suspended: [],
    tags: mergeTags([], input.Tags),
    members: [],
    isDeleting: false,
    because: `${at(state)} a user request created an AutoScalingGroup changing the desired capacity from 0 to ${desired} (${sizes}).`,
  };
}

function checkName(name: string | undefined): string {
  if (name && /^[^:\p{Cc}]{1,255}$/u.test(name)) return name;
  throw validation("AutoScalingGroupName must be 1 to 255 characters long, without colons");
}

function becauseOf(
  state: State,
  group: Group,
  { minSize, maxSize, desired }: { minSize: number; maxSize: number; desired: number },
): string | undefined {
  if (desired === group.desired) return group.because;
  return `${at(state)} a user request update of AutoScalingGroup constraints to min: ${minSize}, max: ${maxSize}, desired: ${desired} changing the desired capacity from ${group.desired} to ${desired}.`;
}

/** With force everything goes at once; without, the group must have nothing left. */
function deleteGroup(state: State, group: Group, force: boolean): void {
  if (!force && (group.members.length > 0 || state.launching.has(group.name)))
    throw new AwsError(
      "ResourceInUseFault",
      "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
    );
  Object.assign(group, { isDeleting: true, minSize: 0, maxSize: 0, desired: 0 });
  save(state, group);
}

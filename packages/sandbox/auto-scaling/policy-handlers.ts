// Scaling policies of groups on the wire. Each brings its two alarms and takes them along.
import { randomUUID } from "node:crypto";
import type {
  DeletePolicyType,
  DescribePoliciesType,
  PutScalingPolicyType,
  ScalingPolicy,
} from "@aws-sdk/client-auto-scaling";
import { pageOf } from "../machines/pages.ts";
import type { Handler } from "../platform.ts";
import { alarmNames, deleteAlarms, describeAlarms, putAlarms } from "../target-tracking/alarms.ts";
import type { Group, Policy } from "./model.ts";
import { checkPolicy, trackingOf } from "./policy-input.ts";
import { findGroup, findLiveGroup, type State, save, validation } from "./state.ts";

export function policyHandlers(state: State): Record<string, Handler> {
  return {
    PutScalingPolicy: async (input: PutScalingPolicyType) => {
      const group = findLiveGroup(state, input.AutoScalingGroupName);
      const configuration = checkPolicy(input, group);
      const before = policiesOf(group).find(({ name }) => name === input.PolicyName);
      const policy: Policy = {
        ...(before ?? newPolicy(state, group, input.PolicyName!)),
        configuration,
        warmupSeconds: input.EstimatedInstanceWarmup,
      };
      await putAlarms(state.platform, policy.arn, policy.alarms, trackingOf(configuration, group));
      group.policies = [...policiesOf(group).filter(({ name }) => name !== policy.name), policy];
      save(state, group);
      return { PolicyARN: policy.arn, Alarms: describeAlarms(state.platform, policy.alarms) };
    },
    DescribePolicies: (input: DescribePoliciesType) => {
      const { AutoScalingGroupName: of, PolicyNames: names, PolicyTypes: types } = input;
      const groups = of === undefined ? state.groups.list() : [findGroup(state, of)];
      const found = groups
        .flatMap((group) => policiesOf(group).map((policy) => describe(state, group, policy)))
        .filter(({ PolicyName, PolicyARN }) => !names?.length || named(names, PolicyName, PolicyARN))
        .filter(({ PolicyType = "" }) => !types?.length || types.includes(PolicyType));
      const page = pageOf(found, input.MaxRecords ?? 50, input.NextToken);
      return { ScalingPolicies: page.items, NextToken: page.next };
    },
    DeletePolicy: async (input: DeletePolicyType) => {
      const group = findLiveGroup(state, input.AutoScalingGroupName);
      const policy = policiesOf(group).find(({ name, arn }) => named([input.PolicyName], name, arn));
      if (!policy) throw validation(`No policy ${input.PolicyName} in the group ${group.name}`);
      await deleteAlarms(state.platform, policy.alarms);
      group.policies = policiesOf(group).filter((one) => one !== policy);
      save(state, group);
      return {};
    },
  };
}

export function policiesOf({ policies = [] }: Group): Policy[] {
  return policies;
}

/** With the group. */
export async function dropPolicies(state: State, group: Group): Promise<void> {
  for (const { alarms } of policiesOf(group)) await deleteAlarms(state.platform, alarms);
  group.policies = [];
}

function newPolicy({ platform }: State, group: Group, name: string): Omit<Policy, "configuration"> {
  const { region, accountId } = platform;
  const arn = `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${randomUUID()}:autoScalingGroupName/${group.name}:policyName/${name}`;
  return { name, arn, alarms: alarmNames(group.name, randomUUID()) };
}

function named(names: (string | undefined)[], name: string | undefined, arn: string | undefined): boolean {
  return names.includes(name) || names.includes(arn);
}

function describe(state: State, group: Group, policy: Policy): ScalingPolicy {
  return {
    AutoScalingGroupName: group.name,
    PolicyName: policy.name,
    PolicyARN: policy.arn,
    PolicyType: "TargetTrackingScaling",
    StepAdjustments: [],
    EstimatedInstanceWarmup: policy.warmupSeconds,
    Alarms: describeAlarms(state.platform, policy.alarms),
    TargetTrackingConfiguration: { DisableScaleIn: false, ...policy.configuration },
    Enabled: true,
  };
}

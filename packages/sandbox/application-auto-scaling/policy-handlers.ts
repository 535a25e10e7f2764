// Policies of scalable targets on the wire: target tracking, each with its two alarms.
import { randomUUID } from "node:crypto";
import type {
  DeleteScalingPolicyRequest,
  DescribeScalingPoliciesRequest,
  PutScalingPolicyRequest,
  TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Handler } from "../platform.ts";
import {
  alarmNames,
  deleteAlarms,
  describeAlarms,
  putAlarms,
  type TrackedMetric,
  type Tracking,
} from "../target-tracking/alarms.ts";
import { customMetric } from "../target-tracking/custom-metric.ts";
import { requestsPerTarget } from "../target-tracking/requests-per-target.ts";
import {
  checkNamespace,
  invalid,
  missing,
  need,
  type Policy,
  placeOf,
  type ScalableTarget,
  type State,
} from "./model.ts";
import { namespaceOf } from "./scaled.ts";

export function policyHandlers(state: State): Record<string, Handler> {
  return {
    PutScalingPolicy: (input: PutScalingPolicyRequest) => put(state, input),
    DescribeScalingPolicies: (input: DescribeScalingPoliciesRequest) => {
      checkNamespace(input);
      const found = state.targets
        .list()
        .filter(({ resourceId }) => namespaceOf(resourceId) === input.ServiceNamespace)
        .filter(({ resourceId }) => !input.ResourceId || resourceId === input.ResourceId)
        .flatMap((target) => target.policies.map((policy) => describe(state, target, policy)))
        .filter(({ PolicyName }) => !input.PolicyNames?.length || input.PolicyNames.includes(PolicyName));
      const page = pageOf(found, input.MaxResults ?? 10, input.NextToken);
      return { ScalingPolicies: page.items, NextToken: page.next };
    },
    DeleteScalingPolicy: async (input: DeleteScalingPolicyRequest) => {
      checkNamespace(input);
      const target = state.targets.get(input.ResourceId ?? "");
      const policy = target?.policies.find(({ name }) => name === input.PolicyName);
      if (!target || !policy)
        throw new AwsError(
          "ObjectNotFoundException",
          `No scaling policy found for service namespace: ${input.ServiceNamespace}, resource ID: ${input.ResourceId}, policy name: ${input.PolicyName}`,
        );
      await deleteAlarms(state.platform, policy.alarms);
      target.policies = target.policies.filter((one) => one !== policy);
      state.targets.set(target.resourceId, target);
      return {};
    },
  };
}

async function put(state: State, input: PutScalingPolicyRequest) {
  checkNamespace(input);
  const target = need(state, input.ResourceId);
  const configuration = input.TargetTrackingScalingPolicyConfiguration;
  if (input.PolicyType !== "TargetTrackingScaling")
    throw missing(`PolicyType ${input.PolicyType ?? "StepScaling"}`);
  if (!configuration) throw invalid("TargetTrackingScalingPolicyConfiguration is required");
  if (!input.PolicyName) throw invalid("PolicyName is required");
  const tracking = trackingOf(configuration, target.resourceId);
  const before = target.policies.find(({ name }) => name === input.PolicyName);
  const policy = { ...(before ?? newPolicy(state, target, input.PolicyName)), configuration };
  await putAlarms(state.platform, policy.arn, policy.alarms, tracking);
  target.policies = [...target.policies.filter(({ name }) => name !== policy.name), policy];
  state.targets.set(target.resourceId, target);
  return { PolicyARN: policy.arn, Alarms: describeAlarms(state.platform, policy.alarms) };
}

export function trackingOf(
  configuration: TargetTrackingScalingPolicyConfiguration,
  resourceId: string,
): Tracking {
  const { TargetValue = 0, DisableScaleIn = false } = configuration;
  if (!(TargetValue > 0)) throw invalid(`TargetValue must be more than 0, not ${TargetValue}`);
  return { metric: metricOf(configuration, resourceId), target: TargetValue, scalesIn: !DisableScaleIn };
}

function metricOf(
  {
    PredefinedMetricSpecification: predefined,
    CustomizedMetricSpecification: own,
  }: TargetTrackingScalingPolicyConfiguration,
  resourceId: string,
): TrackedMetric {
  if ((predefined === undefined) === (own === undefined))
    throw invalid("Specify one of PredefinedMetricSpecification and CustomizedMetricSpecification");
  if (own) return customMetric(own as Parameters<typeof customMetric>[0], invalid);
  const type = predefined!.PredefinedMetricType;
  if (type === "LambdaProvisionedConcurrencyUtilization") return utilisationOf(resourceId);
  if (type !== "ALBRequestCountPerTarget") throw missing(`PredefinedMetricType ${type}`);
  const { targetGroup: _any, ...metric } = requestsPerTarget(predefined!.ResourceLabel, invalid);
  return metric;
}

/** Lambda developer guide, "Managing provisioned concurrency with Application Auto Scaling": by default the average. */
function utilisationOf(resourceId: string): TrackedMetric {
  const resource = resourceId.replace(/^function:/, "");
  return {
    Namespace: "AWS/Lambda",
    MetricName: "ProvisionedConcurrencyUtilization",
    Dimensions: [
      { Name: "FunctionName", Value: resource.split(":")[0] },
      { Name: "Resource", Value: resource },
    ],
    Statistic: "Average",
  };
}

function newPolicy(
  state: State,
  { resourceId }: ScalableTarget,
  name: string,
): Omit<Policy, "configuration"> {
  const { region, accountId, now } = state.platform;
  return {
    name,
    arn: `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${randomUUID()}:resource/${namespaceOf(resourceId)}/${resourceId}:policyName/${name}`,
    alarms: alarmNames(resourceId, randomUUID()),
    createdAt: now(),
  };
}

function describe({ platform }: State, target: ScalableTarget, policy: Policy) {
  return {
    PolicyARN: policy.arn,
    PolicyName: policy.name,
    ...placeOf(target),
    PolicyType: "TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration: policy.configuration,
    Alarms: describeAlarms(platform, policy.alarms),
    CreationTime: new Date(policy.createdAt),
  };
}

// What PutScalingPolicy takes: target tracking on a predefined metric, or on one of CloudWatch. What is not implemented is
// refused by its name.
import type { PutScalingPolicyType, TargetTrackingConfiguration } from "@aws-sdk/client-auto-scaling";
import { AwsError } from "../platform.ts";
import type { TrackedMetric, Tracking } from "../target-tracking/alarms.ts";
import { customMetric } from "../target-tracking/custom-metric.ts";
import { requestsPerTarget } from "../target-tracking/requests-per-target.ts";
import type { Group } from "./model.ts";
import { validation } from "./state.ts";

const NOT_IMPLEMENTED = [
  "AdjustmentType",
  "MinAdjustmentStep",
  "MinAdjustmentMagnitude",
  "ScalingAdjustment",
  "Cooldown",
  "MetricAggregationType",
  "StepAdjustments",
  "PredictiveScalingConfiguration",
] as const;

export function checkPolicy(input: PutScalingPolicyType, group: Group): TargetTrackingConfiguration {
  const type = input.PolicyType ?? "SimpleScaling";
  if (type !== "TargetTrackingScaling") throw missing(`PolicyType ${type}`);
  const given = NOT_IMPLEMENTED.find((name) => input[name] !== undefined);
  if (given) throw validation(`${given} is not supported for policy type TargetTrackingScaling.`);
  if (input.Enabled === false) throw missing("Enabled: false");
  if (!input.PolicyName || input.PolicyName.length > 255)
    throw validation("PolicyName must be 1 to 255 characters long");
  const configuration = input.TargetTrackingConfiguration;
  if (!configuration) throw validation("TargetTrackingConfiguration is required for TargetTrackingScaling");
  trackingOf(configuration, group);
  return configuration;
}

/** Throws where there is no such metric. */
export function trackingOf(configuration: TargetTrackingConfiguration, group: Group): Tracking {
  const { TargetValue = 0, DisableScaleIn = false } = configuration;
  // API reference, TargetTrackingConfiguration: 8.515920e-109 to 1.174271e+108.
  if (!(TargetValue > 0)) throw validation(`TargetValue must be more than 0, not ${TargetValue}`);
  return { metric: metricOf(configuration, group), target: TargetValue, scalesIn: !DisableScaleIn };
}

function metricOf(configuration: TargetTrackingConfiguration, group: Group): TrackedMetric {
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: own } = configuration;
  if ((predefined === undefined) === (own === undefined))
    throw validation(
      "Specify one of PredefinedMetricSpecification and CustomizedMetricSpecification, and not both",
    );
  if (own) return customMetric(own, validation);
  const type = predefined!.PredefinedMetricType;
  if (type !== "ALBRequestCountPerTarget") throw missing(`PredefinedMetricType ${type}`);
  return requestsOf(predefined!.ResourceLabel, group);
}

function requestsOf(label: string | undefined, group: Group): TrackedMetric {
  const { targetGroup, ...metric } = requestsPerTarget(label, validation);
  if (!group.targetGroupArns.some((arn) => arn.endsWith(`:${targetGroup}`)))
    throw validation(
      `The target group ${targetGroup} is not attached to the Auto Scaling group ${group.name}`,
    );
  return metric;
}

function missing(what: string): AwsError {
  return new AwsError("NotImplemented", `The sandbox does not implement ${what} of PutScalingPolicy.`);
}

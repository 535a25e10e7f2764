// The predefined metric ALBRequestCountPerTarget, by its resource label: `app/<balancer>/<id>/targetgroup/<group>/<id>` (Auto
// Scaling API reference, PredefinedMetricSpecification).
import type { AwsError } from "../platform.ts";
import type { TrackedMetric } from "./alarms.ts";

export function requestsPerTarget(
  label: string | undefined,
  invalid: (sentence: string) => AwsError,
): TrackedMetric & { targetGroup: string } {
  const match = /^(app\/[^/]+\/[^/]+)\/(targetgroup\/[^/]+\/[^/]+)$/.exec(label ?? "");
  if (!match) throw invalid(`Invalid load balancer resource label ${label}`);
  const [, balancer = "", targetGroup = ""] = match;
  return {
    targetGroup,
    Namespace: "AWS/ApplicationELB",
    MetricName: "RequestCountPerTarget",
    Dimensions: [
      { Name: "TargetGroup", Value: targetGroup },
      { Name: "LoadBalancer", Value: balancer },
    ],
    Statistic: "Sum",
  };
}

// A metric of one's own in a policy: one series of CloudWatch with one statistic. Both services take the same shape.
import type { CustomizedMetricSpecification } from "@aws-sdk/client-auto-scaling";
import { AwsError } from "../platform.ts";
import type { TrackedMetric } from "./alarms.ts";

const STATISTICS = ["Average", "Minimum", "Maximum", "SampleCount", "Sum"];

/** Throws `NotImplemented` for metric math, and what `invalid` makes of a sentence for the rest. */
export function customMetric(
  { MetricName, Namespace, Dimensions, Statistic, Unit, Metrics, Period }: CustomizedMetricSpecification,
  invalid: (sentence: string) => AwsError,
): TrackedMetric {
  if (Metrics?.length || (Period !== undefined && Period !== 60))
    throw new AwsError(
      "NotImplemented",
      `The sandbox does not implement ${Metrics?.length ? "Metrics" : "Period"} of CustomizedMetricSpecification.`,
    );
  if (!MetricName || !Namespace) throw invalid("A customized metric needs MetricName and Namespace");
  if (!Statistic || !STATISTICS.includes(Statistic))
    throw invalid(`Statistic must be one of ${STATISTICS.join(", ")}, not ${Statistic}`);
  return {
    ...{ MetricName, Namespace, Statistic },
    ...(Dimensions?.length ? { Dimensions } : {}),
    ...(Unit === undefined ? {} : { Unit: Unit as TrackedMetric["Unit"] }),
  };
}

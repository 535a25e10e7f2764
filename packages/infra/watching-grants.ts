// What is looked at in CloudWatch: alarms that guard a deployment, and the metrics that scaling follows.
import type { Statement } from "./statement.ts";

export function alarms(): Statement[] {
  return [
    {
      actions: ["cloudwatch:DescribeAlarms"],
      resources: ["*"],
      why: "Composite alarms take it on every alarm (CloudWatch API Reference, DescribeAlarms), and manifests name them.",
    },
  ];
}

/** How often a function answered badly. */
export function answers(): Statement[] {
  return [
    {
      actions: ["cloudwatch:GetMetricStatistics"],
      resources: ["*"],
      why: "It knows no resources (Service Authorization Reference, Amazon CloudWatch).",
    },
  ];
}

/** What scaling follows. */
export function metrics(): Statement[] {
  return [
    {
      actions: ["cloudwatch:GetMetricData"],
      resources: ["*"],
      why: "It knows no resources (Service Authorization Reference, Amazon CloudWatch).",
    },
  ];
}

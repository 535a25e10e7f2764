// The blueprint's alarms. The sandbox tells nobody of them, so they have no actions here.
import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import type { Blueprint } from "#infra/blueprint.ts";
import type { AwsAccess } from "./access.ts";

export async function deployAlarms({ names, alarms }: Blueprint, access: AwsAccess): Promise<void> {
  const cloudwatch = new CloudWatchClient(access);
  await Promise.all(
    alarms.map((one) =>
      cloudwatch.send(
        new PutMetricAlarmCommand({
          AlarmName: names.alarmName(one.short),
          AlarmDescription: one.description,
          Namespace: one.namespace,
          MetricName: one.metricName,
          Dimensions: Object.entries(one.dimensions).map(([Name, Value]) => ({ Name, Value })),
          Statistic: "Sum",
          Period: one.periodSeconds,
          EvaluationPeriods: one.periods,
          DatapointsToAlarm: one.breaching,
          ComparisonOperator: one.comparison,
          Threshold: one.threshold,
          TreatMissingData: one.missing,
        }),
      ),
    ),
  );
}

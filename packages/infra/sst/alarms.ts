// Alarms, the metrics that are counted out of logs, and the dashboard.
import type { Blueprint } from "../blueprint.ts";
import { filterPattern } from "../log-metrics.ts";
import type { BuiltFunctions } from "./functions.ts";
import { logicalName } from "./logical-name.ts";

export function buildLogMetrics({ names, logMetrics }: Blueprint, functions: BuiltFunctions): void {
  for (const { metricName, messages, functions: shorts } of logMetrics) {
    for (const short of shorts) {
      const args = {
        name: metricName,
        logGroupName: `/aws/lambda/${names.functionName(short)}`,
        pattern: filterPattern(messages),
        // No default value: a metric that never counts is none, and costs none.
        metricTransformation: { name: metricName, namespace: names.metricNamespace, value: "1" },
      };
      const name = `${logicalName(short)}${metricName}`;
      new aws.cloudwatch.LogMetricFilter(name, args, { dependsOn: functions.get(short)! });
    }
  }
}

export function buildAlarms({ names, alarms, operating: { alarmTopicArn } }: Blueprint): void {
  for (const one of alarms) {
    new aws.cloudwatch.MetricAlarm(`${logicalName(one.short)}Alarm`, {
      name: names.alarmName(one.short),
      alarmDescription: one.description,
      namespace: one.namespace,
      metricName: one.metricName,
      dimensions: one.dimensions,
      statistic: "Sum",
      period: one.periodSeconds,
      evaluationPeriods: one.periods,
      datapointsToAlarm: one.breaching,
      comparisonOperator: one.comparison,
      threshold: one.threshold,
      treatMissingData: one.missing,
      ...(alarmTopicArn ? { alarmActions: [alarmTopicArn], okActions: [alarmTopicArn] } : {}),
    });
  }
}

export function buildDashboard({ installation, dashboard }: Blueprint): void {
  new aws.cloudwatch.Dashboard("Dashboard", {
    dashboardName: installation.name,
    dashboardBody: JSON.stringify(dashboard),
  });
}

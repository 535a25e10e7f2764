// What CloudWatch does for a rollout that watches alarms.
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { eventually, fresh, type Probes, WORKS } from "./probe.ts";

/** Emulators that look at alarms do so every few seconds. */
const EVALUATED_SECONDS = 14;

export const CLOUDWATCH: Probes = {
  "raises an alarm": async () => {
    const cloudWatch = new CloudWatchClient({});
    const AlarmName = fresh();
    const metric = { Namespace: fresh(), MetricName: "Errors" };
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        ...metric,
        AlarmName,
        Statistic: "Sum",
        Period: 10,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
      }),
    );
    const MetricData = [{ MetricName: metric.MetricName, Value: 5 }];
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: metric.Namespace, MetricData }));
    const look = () => cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
    const found = await eventually(
      look,
      (one) => one.MetricAlarms?.[0]?.StateValue === "ALARM",
      EVALUATED_SECONDS,
    );
    const state = found.MetricAlarms?.[0]?.StateValue;
    return state === "ALARM" ? WORKS : `stays ${state}`;
  },
};

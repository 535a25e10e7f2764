// The two CloudWatch alarms of a target tracking policy, and what they and the metric say now. The alarms are made, changed
// and deleted with the policy. High: 3 of 3 minutes above the target. Low: 15 of 15 minutes below nine tenths of it.
// (Application Auto Scaling user guide, "How target tracking works", gives the minutes; the share is what AWS sets.)
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { roundMilliseconds } from "../metric-publisher.ts";
import type { Platform } from "../platform.ts";
import type { Reading } from "./track.ts";

export type TrackedMetric = Required<Pick<cloudwatch.PutMetricAlarmInput, "Namespace" | "MetricName">> &
  Pick<cloudwatch.PutMetricAlarmInput, "Dimensions" | "Unit"> & { Statistic: cloudwatch.Statistic };
export type Tracking = { metric: TrackedMetric; target: number; scalesIn: boolean };
export type AlarmNames = { high: string; low: string };

const LOW_SHARE = 0.9;
const ROUNDS_OF_A_MINUTE = 6;

/** `of`: the name of what is scaled, as AWS puts it into the alarms' names. */
export function alarmNames(of: string, id: string): AlarmNames {
  return {
    high: `TargetTracking-${of}-AlarmHigh-${id}`.slice(0, 255),
    low: `TargetTracking-${of}-AlarmLow-${id}`.slice(0, 255),
  };
}

export async function putAlarms(
  platform: Platform,
  policyArn: string,
  names: AlarmNames,
  { metric, target }: Tracking,
): Promise<void> {
  const both = {
    ...metric,
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policyArn}.`,
    AlarmActions: [policyArn],
    Period: 60,
  };
  const high = { ComparisonOperator: "GreaterThanThreshold", Threshold: target, EvaluationPeriods: 3 };
  const low = {
    ...{ ComparisonOperator: "LessThanThreshold", Threshold: target * LOW_SHARE, EvaluationPeriods: 15 },
  };
  await call(platform, "PutMetricAlarm", { ...both, ...high, AlarmName: names.high });
  await call(platform, "PutMetricAlarm", { ...both, ...low, AlarmName: names.low });
}

export async function deleteAlarms(platform: Platform, { high, low }: AlarmNames): Promise<void> {
  await call(platform, "DeleteAlarms", { AlarmNames: [high, low] });
}

/** As the wire tells of them. */
export function describeAlarms(platform: Platform, { high, low }: AlarmNames) {
  const arn = `arn:aws:cloudwatch:${platform.region}:${platform.accountId}:alarm:`;
  return [high, low].map((AlarmName) => ({ AlarmName, AlarmARN: `${arn}${AlarmName}` }));
}

export async function readTracking(
  platform: Platform,
  names: AlarmNames,
  { metric, target, scalesIn }: Tracking,
): Promise<Reading> {
  const { high, low } = names;
  const alarms: cloudwatch.DescribeAlarmsOutput = await call(platform, "DescribeAlarms", {
    AlarmNames: [high, low],
  });
  const fires = (name: string) =>
    alarms.MetricAlarms?.find(({ AlarmName }) => AlarmName === name)?.StateValue === "ALARM";
  const value = await lastMinute(platform, metric);
  return { target, scalesIn, value, isHigh: fires(high), isLow: fires(low) };
}

async function lastMinute(platform: Platform, metric: TrackedMetric): Promise<number | undefined> {
  const { Statistic, ...rest } = metric;
  const minuteMs = ROUNDS_OF_A_MINUTE * roundMilliseconds(platform.timeScale);
  const endMs = Math.floor(platform.now() / minuteMs) * minuteMs;
  const answer: cloudwatch.GetMetricStatisticsOutput = await call(platform, "GetMetricStatistics", {
    ...rest,
    Statistics: [Statistic],
    Period: 60,
    StartTime: new Date(Math.round(endMs - minuteMs)),
    EndTime: new Date(Math.round(endMs)),
  });
  return answer.Datapoints?.at(-1)?.[Statistic as "Sum"];
}

function call<T>(platform: Platform, operation: string, input: unknown): Promise<T> {
  return platform.call("monitoring", operation, input, "root") as Promise<T>;
}

// An alarm as it is kept, and what PutMetricAlarm accepts: one metric against one threshold. What the sandbox cannot do
// (actions other than scaling policies, expressions, anomaly bands) is refused by its parameter's name, so that no alarm waits for it in vain.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../platform.ts";
import { required } from "./metrics.ts";
import { KEPT_SECONDS } from "./series.ts";
import { checkStatistic } from "./statistics.ts";

export type HistoryItem = { at: number; type: cloudwatch.HistoryItemType; summary: string; data: string };

export type Alarm = {
  name: string;
  arn: string;
  definition: cloudwatch.PutMetricAlarmInput;
  state: cloudwatch.StateValue;
  reason: string;
  reasonData?: string | undefined;
  /** When the state was last set. */
  changedAt: number;
  /** When it last became another one. */
  turnedAt?: number;
  configuredAt: number;
  /** The newest first. */
  history?: HistoryItem[];
};

/** So many periods beyond those that are judged are looked at for data that came late (CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data": the evaluation range). */
export const FURTHER_PERIODS = 2;

/** Its service looks at the alarm itself, so that nothing waits in vain. */
const POLICY_ARN = /^arn:aws:autoscaling:[^:]*:\d+:scalingPolicy:/;

const NOT_IMPLEMENTED = [
  "OKActions",
  "InsufficientDataActions",
  "Metrics",
  "ThresholdMetricId",
  "EvaluateLowSampleCountPercentile",
  "Tags",
] as const;

const TREATMENTS = ["missing", "ignore", "breaching", "notBreaching"];

const COMPARISONS = [
  "GreaterThanOrEqualToThreshold",
  "GreaterThanThreshold",
  "LessThanThreshold",
  "LessThanOrEqualToThreshold",
];

/** Throws what is wrong with it. */
export function checkDefinition(input: cloudwatch.PutMetricAlarmInput): string {
  for (const name of NOT_IMPLEMENTED) {
    const value = input[name];
    if (value !== undefined && (!Array.isArray(value) || value.length > 0))
      throw invalid(`The sandbox does not implement ${name} of an alarm.`);
  }
  if (input.AlarmActions?.some((arn) => !POLICY_ARN.test(arn)))
    throw invalid("The sandbox does not implement AlarmActions of an alarm, but for scaling policies.");
  const name = required(input.AlarmName, "AlarmName");
  if (name.length > 255) throw invalid("The parameter AlarmName must be at most 255 characters long.");
  required(input.MetricName, "MetricName");
  required(input.Namespace, "Namespace");
  required(input.Threshold, "Threshold");
  oneOf(required(input.ComparisonOperator, "ComparisonOperator"), COMPARISONS, "ComparisonOperator");
  if (input.TreatMissingData) oneOf(input.TreatMissingData, TREATMENTS, "TreatMissingData");
  if ((input.Statistic === undefined) === (input.ExtendedStatistic === undefined))
    throw invalid("An alarm takes one of Statistic and ExtendedStatistic.");
  checkStatistic(statisticName(input));
  checkPeriods(input);
  return name;
}

export function statisticName({ Statistic, ExtendedStatistic }: cloudwatch.PutMetricAlarmInput): string {
  return Statistic ?? ExtendedStatistic ?? "";
}

function checkPeriods({ Period = 0, EvaluationPeriods = 0, DatapointsToAlarm = 1 }: Periods): void {
  // PutMetricAlarm, API reference: Period.
  if (![10, 20, 30].includes(Period) && !(Period > 0 && Period % 60 === 0))
    throw invalid(`Period must be 10, 20, 30 or a multiple of 60, not ${Period}.`);
  if (!Number.isInteger(EvaluationPeriods) || EvaluationPeriods < 1)
    throw invalid(`EvaluationPeriods must be a whole number of at least 1, not ${EvaluationPeriods}.`);
  if (DatapointsToAlarm < 1 || DatapointsToAlarm > EvaluationPeriods)
    throw invalid(`DatapointsToAlarm must be from 1 to EvaluationPeriods, not ${DatapointsToAlarm}.`);
  if ((EvaluationPeriods + FURTHER_PERIODS) * Period > KEPT_SECONDS)
    throw invalid(
      `${EvaluationPeriods} periods of ${Period} s are longer than the ${KEPT_SECONDS} s of metrics that the sandbox keeps.`,
    );
}

type Periods = Pick<cloudwatch.PutMetricAlarmInput, "Period" | "EvaluationPeriods" | "DatapointsToAlarm">;

function oneOf(value: string, allowed: string[], name: string): void {
  if (!allowed.includes(value))
    throw invalid(`${name} must be one of ${allowed.join(", ")} in the sandbox, not ${value}.`);
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

// CloudWatch: alarms whose state is set from outside, and the last datum of each metric. Nothing is evaluated: an alarm
// says what SetAlarmState said, and reading statistics is not implemented.
import { join } from "node:path";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { type Documents, openDocuments } from "../ground/documents.ts";
import { AwsError, type Handler, type Platform, type Service } from "../platform.ts";
import { metricHandlers } from "./metrics.ts";

type Alarm = {
  name: string;
  arn: string;
  definition: cloudwatch.PutMetricAlarmInput;
  state: cloudwatch.StateValue;
  reason: string;
  reasonData?: string;
  changedAt: number;
  configuredAt: number;
};

export function createCloudWatch(platform: Platform): Service {
  const alarms = openDocuments<Alarm>(join(platform.directory, "cloudwatch", "alarms"));
  const named = (input: { AlarmName?: string }) => [arnOf(platform, input.AlarmName)];
  return {
    name: "monitoring",
    iamPrefix: "cloudwatch",
    module: cloudwatch,
    Client: cloudwatch.CloudWatchClient,
    handlers: { ...alarmHandlers(platform, alarms), ...metricHandlers(platform) },
    iamResources: {
      PutMetricAlarm: named,
      SetAlarmState: named,
      DeleteAlarms: ({ AlarmNames = [] }: cloudwatch.DeleteAlarmsInput) =>
        AlarmNames.map((name) => arnOf(platform, name)),
    },
  };
}

function alarmHandlers(platform: Platform, alarms: Documents<Alarm>): Record<string, Handler> {
  return {
    PutMetricAlarm(input: cloudwatch.PutMetricAlarmInput) {
      const name = required(input.AlarmName, "AlarmName");
      const existing = alarms.get(name);
      alarms.set(name, {
        name,
        arn: arnOf(platform, name),
        definition: input,
        state: existing?.state ?? "INSUFFICIENT_DATA",
        reason: existing?.reason ?? "Unchecked: Initial alarm creation",
        reasonData: existing?.reasonData,
        changedAt: existing?.changedAt ?? platform.now(),
        configuredAt: platform.now(),
      });
    },
    SetAlarmState(input: cloudwatch.SetAlarmStateInput) {
      const alarm = alarms.get(required(input.AlarmName, "AlarmName"));
      if (!alarm) throw new AwsError("ResourceNotFound", `The alarm ${input.AlarmName} does not exist.`);
      const state = required(input.StateValue, "StateValue");
      const reason = required(input.StateReason, "StateReason");
      const reasonData = input.StateReasonData;
      const changed = { ...alarm, state, reason, reasonData, changedAt: platform.now() };
      alarms.set(alarm.name, changed);
      if (state !== alarm.state) emitChange(platform, alarm, changed);
    },
    DescribeAlarms: (input: cloudwatch.DescribeAlarmsInput) => listAlarms(alarms, input),
    DeleteAlarms({ AlarmNames = [] }: cloudwatch.DeleteAlarmsInput) {
      for (const name of AlarmNames) alarms.delete(name);
    },
  };
}

function listAlarms(alarms: Documents<Alarm>, input: cloudwatch.DescribeAlarmsInput) {
  const { AlarmNames, AlarmNamePrefix = "", StateValue, MaxRecords = 50, NextToken = "" } = input;
  const matching = alarms
    .list()
    .filter((alarm) => !AlarmNames || AlarmNames.includes(alarm.name))
    .filter((alarm) => alarm.name.startsWith(AlarmNamePrefix) && alarm.name > NextToken)
    .filter((alarm) => !StateValue || alarm.state === StateValue);
  const page = matching.slice(0, MaxRecords);
  return {
    MetricAlarms: page.map(describe),
    CompositeAlarms: [],
    NextToken: matching.length > page.length ? page.at(-1)?.name : undefined,
  };
}

function describe(alarm: Alarm) {
  return {
    ActionsEnabled: true,
    ...alarm.definition,
    AlarmArn: alarm.arn,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateReasonData: alarm.reasonData,
    StateUpdatedTimestamp: new Date(alarm.changedAt),
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
  };
}

function emitChange(platform: Platform, before: Alarm, after: Alarm): void {
  const stateOf = ({ state, reason, changedAt }: Alarm) => ({
    value: state,
    reason,
    timestamp: new Date(changedAt).toISOString(),
  });
  const detail = { alarmName: after.name, state: stateOf(after), previousState: stateOf(before) };
  platform.emit("aws.cloudwatch", "CloudWatch Alarm State Change", detail, [after.arn]);
}

function arnOf(platform: Platform, name = "*"): string {
  return `arn:aws:cloudwatch:${platform.region}:${platform.accountId}:alarm:${name}`;
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === "")
    throw new AwsError("MissingRequiredParameterException", `The parameter ${name} is required.`);
  return value;
}

// The operations on alarms. An alarm's state outlives a restart; a state that SetAlarmState gives lasts until the next
// look at its datapoints, as on AWS.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { Documents } from "../ground/documents.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import { type Alarm, checkDefinition, type HistoryItem, invalid } from "./alarm.ts";
import { remember, turn } from "./alarm-state.ts";
import { required } from "./metrics.ts";

const STATES = ["OK", "ALARM", "INSUFFICIENT_DATA"];

export function alarmHandlers(platform: Platform, alarms: Documents<Alarm>): Record<string, Handler> {
  return {
    PutMetricAlarm: (input: cloudwatch.PutMetricAlarmInput) => put(platform, alarms, input),
    SetAlarmState(input: cloudwatch.SetAlarmStateInput) {
      const alarm = alarms.get(required(input.AlarmName, "AlarmName"));
      if (!alarm) throw new AwsError("ResourceNotFound", `The alarm ${input.AlarmName} does not exist.`);
      const state = required(input.StateValue, "StateValue");
      if (!STATES.includes(state)) throw invalid(`StateValue must be one of ${STATES.join(", ")}.`);
      const reason = required(input.StateReason, "StateReason");
      turn(platform, alarms, alarm, state, reason, input.StateReasonData);
    },
    DescribeAlarms: (input: cloudwatch.DescribeAlarmsInput) => list(alarms, input),
    DescribeAlarmHistory: (input: cloudwatch.DescribeAlarmHistoryInput) => history(alarms, input),
    DeleteAlarms({ AlarmNames = [] }: cloudwatch.DeleteAlarmsInput) {
      for (const name of AlarmNames) alarms.delete(name);
    },
  };
}

export function arnOf(platform: Platform, name = "*"): string {
  return `arn:aws:cloudwatch:${platform.region}:${platform.accountId}:alarm:${name}`;
}

function put(platform: Platform, alarms: Documents<Alarm>, input: cloudwatch.PutMetricAlarmInput): void {
  const name = checkDefinition(input);
  const existing = alarms.get(name);
  const now = platform.now();
  const item: HistoryItem = {
    at: now,
    type: "ConfigurationUpdate",
    summary: `Alarm "${name}" ${existing ? "updated" : "created"}`,
    data: JSON.stringify({ version: "1.0", type: existing ? "Update" : "Create" }),
  };
  const fresh = { state: "INSUFFICIENT_DATA" as const, reason: "Unchecked: Initial alarm creation" };
  alarms.set(name, {
    changedAt: now,
    ...(existing ?? fresh),
    name,
    arn: arnOf(platform, name),
    definition: input,
    configuredAt: now,
    history: remember(existing ?? {}, item),
  });
}

function list(alarms: Documents<Alarm>, input: cloudwatch.DescribeAlarmsInput) {
  const { AlarmNames, AlarmNamePrefix = "", AlarmTypes, StateValue, MaxRecords = 50, NextToken = "" } = input;
  if (AlarmNames && input.AlarmNamePrefix)
    throw invalid("DescribeAlarms takes one of AlarmNames and AlarmNamePrefix.");
  if (AlarmNames && AlarmNames.length > 100) throw invalid("AlarmNames must be at most 100.");
  for (const name of ["ActionPrefix", "ChildrenOfAlarmName", "ParentsOfAlarmName"] as const)
    if (input[name] !== undefined) throw invalid(`The sandbox does not implement ${name}.`);
  // There are no composite alarms here. PutCompositeAlarm is refused by name.
  const metricAlarms = AlarmTypes === undefined || AlarmTypes.includes("MetricAlarm") ? alarms.list() : [];
  const matching = metricAlarms
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
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    Dimensions: [],
    ...alarm.definition,
    AlarmArn: alarm.arn,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateReasonData: alarm.reasonData,
    StateUpdatedTimestamp: new Date(alarm.changedAt),
    StateTransitionedTimestamp: new Date(alarm.turnedAt ?? alarm.changedAt),
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
  };
}

function history(alarms: Documents<Alarm>, input: cloudwatch.DescribeAlarmHistoryInput) {
  const { AlarmName, HistoryItemType, StartDate, EndDate, MaxRecords = 100, NextToken = "0" } = input;
  const wanted = alarms.list().filter((alarm) => !AlarmName || alarm.name === AlarmName);
  const items = wanted
    .flatMap((alarm) => (alarm.history ?? []).map((item) => ({ alarm: alarm.name, ...item })))
    .filter(({ type }) => !HistoryItemType || type === HistoryItemType)
    .filter(({ at }) => (!StartDate || at >= +StartDate) && (!EndDate || at <= +EndDate))
    .sort((a, b) => (input.ScanBy === "TimestampAscending" ? a.at - b.at : b.at - a.at));
  const offset = Number(NextToken);
  return {
    AlarmHistoryItems: items.slice(offset, offset + MaxRecords).map(({ alarm, at, type, summary, data }) => ({
      AlarmName: alarm,
      AlarmType: "MetricAlarm",
      Timestamp: new Date(at),
      HistoryItemType: type,
      HistorySummary: summary,
      HistoryData: data,
    })),
    NextToken: items.length > offset + MaxRecords ? String(offset + MaxRecords) : undefined,
  };
}

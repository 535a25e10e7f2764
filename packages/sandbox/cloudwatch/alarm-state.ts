// A turn of an alarm's state: kept on disk, put into its history and told to the event bus. The state of an alarm is on
// disk only when it changes, so a quiet alarm costs nothing.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { Documents } from "../ground/documents.ts";
import type { Platform } from "../platform.ts";
import { type Alarm, type HistoryItem, statisticName } from "./alarm.ts";

const HISTORY_LIMIT = 100;

export function turn(
  platform: Platform,
  alarms: Documents<Alarm>,
  before: Alarm,
  state: cloudwatch.StateValue,
  reason: string,
  reasonData: string | undefined,
): void {
  const changedAt = platform.now();
  const changed = { ...before, state, reason, reasonData, changedAt };
  if (state === before.state) {
    alarms.set(before.name, changed);
    return;
  }
  const item: HistoryItem = {
    at: changedAt,
    type: "StateUpdate",
    summary: `Alarm updated from ${before.state} to ${state}`,
    data: JSON.stringify({ version: "1.0", oldState: stateOf(before), newState: stateOf(changed) }),
  };
  alarms.set(before.name, { ...changed, turnedAt: changedAt, history: remember(before, item) });
  emit(platform, before, changed);
}

export function remember({ history = [] }: Pick<Alarm, "history">, item: HistoryItem): HistoryItem[] {
  return [item, ...history].slice(0, HISTORY_LIMIT);
}

function stateOf({ state, reason, reasonData }: Alarm) {
  return { stateValue: state, stateReason: reason, stateReasonData: reasonData };
}

/** The shape of the event: CloudWatch user guide, "Alarm events and EventBridge". */
function emit(platform: Platform, before: Alarm, after: Alarm): void {
  const told = ({ state, reason, reasonData, changedAt }: Alarm) => ({
    value: state,
    reason,
    reasonData,
    timestamp: new Date(changedAt).toISOString(),
  });
  const { AlarmDescription, Namespace, MetricName, Dimensions = [], Period } = after.definition;
  const metric = {
    namespace: Namespace,
    name: MetricName,
    dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
  };
  const stat = statisticName(after.definition);
  const metrics = [{ id: "m1", metricStat: { metric, period: Period, stat }, returnData: true }];
  const configuration = { description: AlarmDescription, metrics };
  const states = { state: told(after), previousState: told(before) };
  const detail = { alarmName: after.name, ...states, configuration };
  platform.emit("aws.cloudwatch", "CloudWatch Alarm State Change", detail, [after.arn]);
}

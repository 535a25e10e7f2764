// Alarms by CloudWatch: metric and composite ones alike.
import { type CloudWatchClient, DescribeAlarmsCommand, type StateValue } from "@aws-sdk/client-cloudwatch";
import type { Alarm } from "#core/domain/alarm.ts";
import type { AlarmReader } from "#engine/deps.ts";
import { awsOptions } from "./aws-options.ts";

type Described = {
  AlarmName?: string | undefined;
  StateValue?: StateValue | undefined;
  StateReason?: string | undefined;
};

/** One attempt of 3 s: whoever watches a step asks again. */
export const ALARM_OPTIONS = awsOptions(3, 1);

/** DescribeAlarms takes up to 100 names at once (API reference). */
export function cloudWatchAlarms(client: CloudWatchClient): AlarmReader {
  return {
    async read(names) {
      const command = new DescribeAlarmsCommand({
        AlarmNames: names,
        // Without a word only metric alarms are told.
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
        MaxRecords: 100,
      });
      const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(command);
      return [...MetricAlarms, ...CompositeAlarms].map(alarmOf);
    },
  };
}

/** INSUFFICIENT_DATA is no alarm. */
function alarmOf({ AlarmName = "", StateValue, StateReason = "" }: Described): Alarm {
  return { name: AlarmName, firing: StateValue === "ALARM", reason: StateReason };
}

// Alarms by CloudWatch: metric and composite ones alike. One attempt of 3 s, since whoever watches asks again.
import { CloudWatchClient, DescribeAlarmsCommand, type StateValue } from "@aws-sdk/client-cloudwatch";
import type { Alarm } from "#core/domain/alarm.ts";
import type { AlarmReader } from "#engine/deps.ts";
import { awsOptions } from "./aws-options.ts";

type Described = {
  AlarmName?: string | undefined;
  StateValue?: StateValue | undefined;
  StateReason?: string | undefined;
};

/** `count` sees the client before it is used. DescribeAlarms takes up to 100 names at once (API reference). */
export function cloudWatchAlarms(count: <T>(client: T) => T): AlarmReader {
  const client = count(new CloudWatchClient(awsOptions(3, 1)));
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

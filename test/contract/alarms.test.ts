// What a deployment asks of its alarms, by CloudWatch's own client and with each driver function's own permissions.
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { expect, test } from "vitest";
import { ALARM_OPTIONS, cloudWatchAlarms } from "#functions/deps/alarms.ts";
import { grantsOf } from "#infra/grants.ts";
import { aSandbox, type TestSandbox } from "#test/support/sandbox.ts";
import { shared } from "#test/support/shared.ts";
import { asFunction, asRoot } from "./as-role.ts";

const DRIVERS = Object.keys(grantsOf).filter((short) => short.startsWith("driver-"));

let sandbox: TestSandbox;
shared(
  async () => {
    sandbox = await aSandbox();
    const owner = new CloudWatchClient(asRoot(sandbox));
    const metric = { Namespace: "App", MetricName: "errors", Statistic: "Sum" as const, Period: 60 };
    const threshold = {
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold" as const,
    };
    const set = (AlarmName: string, StateValue: "ALARM" | "OK") =>
      owner.send(
        new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: `${AlarmName}, says the test` }),
      );
    for (const AlarmName of ["firing", "quiet", "undecided"])
      await owner.send(
        new PutMetricAlarmCommand({ AlarmName, ...metric, ...threshold, TreatMissingData: "ignore" }),
      );
    await set("firing", "ALARM");
    await set("quiet", "OK");
  },
  () => sandbox?.remove(),
);

test.each(DRIVERS)("%s reads the alarms that there are, each with its reason", async (short) => {
  const client = new CloudWatchClient({ ...ALARM_OPTIONS, ...(await asFunction(sandbox, short)) });
  const alarms = await cloudWatchAlarms(client).read(["quiet", "firing", "undecided", "none"]);
  expect(alarms.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: "firing", firing: true, reason: "firing, says the test" },
    { name: "quiet", firing: false, reason: "quiet, says the test" },
    { name: "undecided", firing: false, reason: "Unchecked: Initial alarm creation" },
  ]);
});

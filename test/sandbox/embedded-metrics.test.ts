// What a function prints in the embedded metric format is a metric, as CloudWatch Logs makes it; anything else is only a log.
import { CloudWatchClient, GetMetricStatisticsCommand, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { expect, test } from "vitest";
import { shared } from "#test/support/shared.ts";
import { type RunningSandbox, runSandbox } from "./running-sandbox.ts";

let aws: RunningSandbox;
let client: CloudWatchClient;
shared(
  async () => {
    aws = await runSandbox();
    const { endpoint, rootCredentials: credentials } = aws.sandbox;
    client = new CloudWatchClient({ region: "us-east-1", endpoint, credentials });
    await aws.function("says", await aws.role("writing", LOGS), SAYS);
  },
  () => aws.stop(),
);

const LOGS = [
  {
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/says*",
  },
];

const SAYS = `
export const handler = async ({ end, value }) => {
  const Metrics = [{ Name: "Deployments", Unit: "Count" }];
  const directive = { Namespace: "Mine", Dimensions: [["end"], []], Metrics };
  const _aws = { Timestamp: Date.now(), CloudWatchMetrics: [directive] };
  process.stdout.write(JSON.stringify({ _aws, end, Deployments: value, app: "shop" }) + "\\n");
  console.log('a line that says "_aws" and is none');
  console.log(JSON.stringify({ _aws: "is text here" }));
};`;

test("its values count under each set of dimensions that it names", async () => {
  await aws.invoke("says", { end: "failed", value: 1 });
  await aws.invoke("says", { end: "failed", value: [2, 3] });
  await aws.invoke("says", { end: "succeeded", value: 1 });
  const sum = async (Dimensions: { Name: string; Value: string }[]) => {
    const [StartTime, EndTime] = [new Date(Date.now() - 600_000), new Date(Date.now() + 600_000)];
    const asked = { Namespace: "Mine", MetricName: "Deployments", Period: 60, Statistics: ["Sum" as const] };
    const { Datapoints = [] } = await client.send(
      new GetMetricStatisticsCommand({ ...asked, StartTime, EndTime, Dimensions }),
    );
    return Datapoints.reduce((all, one) => all + one.Sum!, 0);
  };
  await expect.poll(() => sum([{ Name: "end", Value: "failed" }])).toBe(6);
  await expect.poll(() => sum([])).toBe(7);
  const { Metrics = [] } = await client.send(new ListMetricsCommand({ Namespace: "Mine" }));
  expect(Metrics).toHaveLength(3);
});

test("what a function prints whose role may not write logs is lost, and counts nowhere", async () => {
  await aws.function("mute", await aws.role("plain"), SAYS);
  await aws.invoke("mute", { end: "unheard", value: 1 });
  // One that may prints after it, and is heard.
  await aws.function("says-too", await aws.role("writing-too", LOGS), SAYS);
  await aws.invoke("says-too", { end: "heard", value: 1 });
  const ends = async () => {
    const { Metrics = [] } = await client.send(new ListMetricsCommand({ Namespace: "Mine" }));
    return Metrics.flatMap(({ Dimensions = [] }) => Dimensions.map(({ Value }) => Value));
  };
  await expect.poll(ends).toContain("heard");
  expect(await ends()).not.toContain("unheard");
  const asked = aws.sandbox.askedBy("arn:aws:iam::000000000000:role/plain");
  expect(asked.denied.join()).toMatch(
    /^logs:CreateLogStream on .*:log-group:\/aws\/lambda\/mute:log-stream:/,
  );
});

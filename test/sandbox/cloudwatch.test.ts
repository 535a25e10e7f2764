// CloudWatch as its client sees it: metrics of the sandbox's own services and of others, and alarms over them. The time
// scale makes a period of 10 s a quarter of a second.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import * as lambda from "@aws-sdk/client-lambda";
import { expect, onTestFinished, test, vi } from "vitest";
import { aRole, aSandbox, type TestSandbox } from "#test/support/sandbox.ts";
import { shared } from "#test/support/shared.ts";
import { settled, zipOf } from "./running-sandbox.ts";

const TIME_SCALE = 40; // as fast as metrics run
let sandbox: TestSandbox;
let client: cloudwatch.CloudWatchClient;
shared(
  async () => {
    sandbox = await aSandbox({ timeScale: TIME_SCALE });
    client = new cloudwatch.CloudWatchClient(sandbox.config());
  },
  () => sandbox?.remove(),
);

const anAlarm = (AlarmName: string, more: Partial<cloudwatch.PutMetricAlarmInput> = {}) => ({
  AlarmName,
  Namespace: "App",
  MetricName: "errors",
  Statistic: "Sum" as const,
  Period: 10,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: "GreaterThanOrEqualToThreshold" as const,
  ...more,
});

const put = (AlarmName: string, more: Partial<cloudwatch.PutMetricAlarmInput> = {}) =>
  client.send(new cloudwatch.PutMetricAlarmCommand(anAlarm(AlarmName, more)));

async function describe(AlarmName: string): Promise<cloudwatch.MetricAlarm | undefined> {
  const command = new cloudwatch.DescribeAlarmsCommand({ AlarmNames: [AlarmName] });
  return (await client.send(command)).MetricAlarms?.[0];
}

async function reaches(
  AlarmName: string,
  state: cloudwatch.StateValue,
  meanwhile: () => unknown = () => {},
): Promise<cloudwatch.MetricAlarm> {
  const end = Date.now() + 60_000;
  for (;;) {
    await meanwhile();
    const alarm = await describe(AlarmName);
    if (alarm?.StateValue === state) return alarm;
    if (Date.now() > end) throw new Error(`${AlarmName} is ${alarm?.StateValue}, not ${state}`);
    await sleep(20);
  }
}

/** A load balancer before one app, whose answers the test decides; the app ends with the test, however that ends. */
async function aBalancedApp(name: string) {
  const app = { status: 200 };
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/healthz" ? 200 : app.status;
    response.end();
  });
  const address = sandbox.platform.addressFor(`app/${name}`);
  await new Promise<void>((resolve) => server.listen(8080, address, resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const balancers = new elb.ElasticLoadBalancingV2Client(sandbox.config());
  const { LoadBalancers } = await balancers.send(
    new elb.CreateLoadBalancerCommand({ Name: name, Subnets: ["subnet-a", "subnet-b"] }),
  );
  const { LoadBalancerArn, DNSName } = LoadBalancers![0]!;
  const { TargetGroups } = await balancers.send(
    new elb.CreateTargetGroupCommand({
      ...{ Name: name, Protocol: "HTTP", Port: 8080, TargetType: "ip" },
      HealthCheckPath: "/healthz",
    }),
  );
  const { TargetGroupArn } = TargetGroups![0]!;
  await balancers.send(
    new elb.RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: address, Port: 8080 }] }),
  );
  const DefaultActions = [{ Type: "forward" as const, TargetGroupArn }];
  await balancers.send(
    new elb.CreateListenerCommand({ LoadBalancerArn, Protocol: "HTTP", Port: 8080, DefaultActions }),
  );
  const dimensions = [
    { Name: "LoadBalancer", Value: LoadBalancerArn!.split(":loadbalancer/")[1]! },
    { Name: "TargetGroup", Value: TargetGroupArn!.split(":")[5]! },
  ];
  return {
    app,
    dimensions,
    ask: () => fetch(`http://${DNSName}:8080/`),
  };
}

/** Of a metric of the function, in the hour that is under way. */
function sumsOf(FunctionName: string) {
  return async (MetricName: string, dimensions: Record<string, string> = {}) => {
    const { Datapoints } = await client.send(
      new cloudwatch.GetMetricStatisticsCommand({
        ...{ Namespace: "AWS/Lambda", MetricName, Period: 3600, Statistics: ["Sum", "SampleCount"] },
        ...{ StartTime: new Date(Date.now() - 60_000), EndTime: new Date(Date.now() + 1_000) },
        Dimensions: Object.entries({ FunctionName, ...dimensions }).map(([Name, Value]) => ({ Name, Value })),
      }),
    );
    return Datapoints?.[0];
  };
}

test("an alarm over the balancer's 5XX fires under real failing requests, and is OK again after them", async () => {
  const { app, dimensions, ask } = await aBalancedApp("alarmed");
  const emit = vi.spyOn(sandbox.platform, "emit");
  await put("5xx", {
    ...{ Namespace: "AWS/ApplicationELB", MetricName: "HTTPCode_Target_5XX_Count", Dimensions: dimensions },
    TreatMissingData: "notBreaching",
  });
  const calm = await reaches("5xx", "OK", ask);
  expect(calm.StateReason).toBe(
    "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
  );
  app.status = 500;
  const firing = await reaches("5xx", "ALARM", ask);
  expect(firing.StateReason).toMatch(
    /^Threshold Crossed: 1 out of the last 1 datapoint \[\d+\.0 \(.+\)\] was greater than or equal to the threshold \(1\.0\)/,
  );
  app.status = 200;
  await reaches("5xx", "OK", ask);
  const told = emit.mock.calls.filter(([source]) => source === "aws.cloudwatch");
  expect(told.map(([, , detail]) => (detail as { state: { value: string } }).state.value)).toEqual([
    "OK",
    "ALARM",
    "OK",
  ]);
  expect(told[1]).toMatchObject([
    "aws.cloudwatch",
    "CloudWatch Alarm State Change",
    {
      alarmName: "5xx",
      previousState: { value: "OK" },
      configuration: {
        metrics: [{ metricStat: { metric: { name: "HTTPCode_Target_5XX_Count" }, period: 10, stat: "Sum" } }],
      },
    },
    ["arn:aws:cloudwatch:us-east-1:000000000000:alarm:5xx"],
  ]);
  const { AlarmHistoryItems } = await client.send(
    new cloudwatch.DescribeAlarmHistoryCommand({ AlarmName: "5xx", HistoryItemType: "StateUpdate" }),
  );
  expect(AlarmHistoryItems?.map((item) => item.HistorySummary)).toEqual([
    "Alarm updated from ALARM to OK",
    "Alarm updated from OK to ALARM",
    "Alarm updated from INSUFFICIENT_DATA to OK",
  ]);
});

test("the balancer tells its requests, answers, times and hosts under AWS's names", async () => {
  const { dimensions, ask } = await aBalancedApp("measured");
  const startedAt = Date.now() - 1_000;
  for (let n = 0; n < 8; n++) await ask();
  const sumOf = async (MetricName: string, Dimensions: cloudwatch.Dimension[], stat = "Sum") => {
    const { MetricDataResults } = await client.send(
      new cloudwatch.GetMetricDataCommand({
        ...{ StartTime: new Date(startedAt), EndTime: new Date(Date.now() + 1_000) },
        MetricDataQueries: [
          {
            Id: "m1",
            MetricStat: {
              Metric: { Namespace: "AWS/ApplicationELB", MetricName, Dimensions },
              ...{ Period: 600, Stat: stat },
            },
          },
        ],
      }),
    );
    return MetricDataResults?.[0]?.Values?.reduce((a, b) => a + b, 0);
  };
  await expect.poll(() => sumOf("RequestCount", dimensions)).toBe(8);
  const [balancer, group] = [dimensions.slice(0, 1), dimensions.slice(1)];
  expect(await sumOf("RequestCount", balancer)).toBe(8);
  expect(await sumOf("HTTPCode_Target_2XX_Count", dimensions)).toBe(8);
  expect(await sumOf("RequestCountPerTarget", group)).toBe(8);
  expect(await sumOf("TargetResponseTime", dimensions, "SampleCount")).toBe(8);
  expect(await sumOf("TargetResponseTime", dimensions, "p95")).toBeLessThan(1);
  expect(await sumOf("HealthyHostCount", dimensions, "Maximum")).toBeGreaterThanOrEqual(1);
  expect(await sumOf("HTTPCode_Target_5XX_Count", dimensions)).toBe(0);
});

test("a function's calls are told by function, by alias and by the version that the alias came to", async () => {
  const functions = new lambda.LambdaClient(sandbox.config());
  const FunctionName = "counted";
  await functions.send(
    new lambda.CreateFunctionCommand({
      ...{ FunctionName, Role: await aRole(sandbox, "counted", [{ Action: "logs:*", Resource: "*" }]) },
      ...{ Runtime: "nodejs24.x", Handler: "index.handler", Publish: true },
      Code: { ZipFile: zipOf("export const handler = async ({ bad }) => { if (bad) throw Error('bad'); };") },
    }),
  );
  await settled(functions, FunctionName);
  const alias = { FunctionName, Name: "live", FunctionVersion: "1" };
  await functions.send(new lambda.CreateAliasCommand(alias));
  const call = (Payload: string, Qualifier?: string) =>
    functions.send(new lambda.InvokeCommand({ FunctionName, Payload, Qualifier }));
  await Promise.all([call("{}"), call("{}", "live"), call('{"bad":true}', "live")]);
  const sum = sumsOf(FunctionName);
  await expect.poll(() => sum("Invocations", {})).toMatchObject({ Sum: 3 });
  const live = { Resource: "counted:live" };
  expect(await sum("Invocations", live)).toMatchObject({ Sum: 2 });
  expect(await sum("Errors", { ...live, ExecutedVersion: "1" })).toMatchObject({ Sum: 1, SampleCount: 2 });
  expect(await sum("Duration", {})).toMatchObject({ SampleCount: 3 });
  expect(await sum("Throttles", {})).toMatchObject({ Sum: 0 });
});

test("a function URL's requests are told by function, by URL and by the version that was run: errors and time-outs are 5xx", async () => {
  const functions = new lambda.LambdaClient(sandbox.config());
  const FunctionName = "asked";
  const source = `export const handler = async ({ rawPath, queryStringParameters }) => {
    if (rawPath === "/throws") throw Error("bad");
    if (rawPath === "/hangs") await new Promise((resolve) => setTimeout(resolve, 60_000));
    return { statusCode: Number(queryStringParameters?.status ?? 200) };
  };`;
  await functions.send(
    new lambda.CreateFunctionCommand({
      ...{ FunctionName, Role: await aRole(sandbox, "asked", [{ Action: "logs:*", Resource: "*" }]) },
      ...{ Runtime: "nodejs24.x", Handler: "index.handler", Publish: true, Timeout: 1 },
      Code: { ZipFile: zipOf(source) },
    }),
  );
  await settled(functions, FunctionName);
  await functions.send(new lambda.CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
  const place = { FunctionName, Qualifier: "live" };
  const { FunctionUrl } = await functions.send(
    new lambda.CreateFunctionUrlConfigCommand({ ...place, AuthType: "NONE" }),
  );
  const ask = async (path: string) => (await fetch(`${FunctionUrl}${path}`)).status;
  expect(await ask("closed")).toBe(403);
  const anybody = { ...place, Principal: "*" };
  const url = { Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: "NONE" as const };
  await functions.send(new lambda.AddPermissionCommand({ ...anybody, ...url, StatementId: "url" }));
  const call = { Action: "lambda:InvokeFunction", InvokedViaFunctionUrl: true };
  await functions.send(new lambda.AddPermissionCommand({ ...anybody, ...call, StatementId: "call" }));
  const paths = ["", "", "?status=404", "?status=503", "throws", "hangs"];
  expect(await Promise.all(paths.map(ask))).toEqual([200, 200, 404, 503, 502, 502]);
  const sum = sumsOf(FunctionName);
  const live = { Resource: "asked:live" };
  await expect.poll(() => sum("UrlRequestCount", live)).toMatchObject({ Sum: 7 });
  expect(await sum("UrlRequestCount")).toMatchObject({ Sum: 7 });
  expect(await sum("UrlRequestCount", { ...live, ExecutedVersion: "1" })).toMatchObject({ Sum: 6 });
  expect(await sum("Url4xxCount", live)).toMatchObject({ Sum: 2, SampleCount: 7 });
  expect(await sum("Url5xxCount", live)).toMatchObject({ Sum: 3, SampleCount: 7 });
  expect(await sum("UrlRequestLatency", live)).toMatchObject({ SampleCount: 7 });
  // What Invoke asks is no request of the URL's.
  await functions.send(new lambda.InvokeCommand({ ...place, Payload: '{"rawPath":"/throws"}' }));
  await expect.poll(() => sum("Errors", live)).toMatchObject({ Sum: 3 });
  expect(await sum("UrlRequestCount", live)).toMatchObject({ Sum: 7 });
});

test("values with counts, summaries and single values are read back as one", async () => {
  const put = (datum: Partial<cloudwatch.MetricDatum>) =>
    client.send(
      new cloudwatch.PutMetricDataCommand({
        Namespace: "Shop",
        MetricData: [{ MetricName: "latency", Unit: "Milliseconds", ...datum }],
      }),
    );
  await put({ Values: [10, 20], Counts: [97, 2] });
  await put({ Value: 500 });
  const read = async (more: object) => {
    const { Datapoints } = await client.send(
      new cloudwatch.GetMetricStatisticsCommand({
        ...{ Namespace: "Shop", MetricName: "latency", Period: 3600 },
        ...{ StartTime: new Date(Date.now() - 60_000), EndTime: new Date(Date.now() + 1_000) },
        ...more,
      }),
    );
    return Datapoints;
  };
  const plain = { Statistics: ["SampleCount", "Sum", "Maximum", "Minimum", "Average"] };
  expect(await read(plain)).toMatchObject([
    { SampleCount: 100, Sum: 1510, Maximum: 500, Minimum: 10, Average: 15.1, Unit: "Milliseconds" },
  ]);
  const extended = await read({ ExtendedStatistics: ["p50", "p98", "p99.5"] });
  expect(extended?.[0]?.ExtendedStatistics).toEqual({ p50: 10, p98: 20, "p99.5": 500 });
});

test("a state that was set lasts until the datapoints are looked at again", async () => {
  await put("set", { MetricName: "nothing" });
  await client.send(
    new cloudwatch.SetAlarmStateCommand({ AlarmName: "set", StateValue: "ALARM", StateReason: "a test" }),
  );
  expect(await describe("set")).toMatchObject({ StateValue: "ALARM", StateReason: "a test" });
  const { StateReason } = await reaches("set", "INSUFFICIENT_DATA");
  expect(StateReason).toBe("Insufficient Data: 1 datapoint was unknown.");
});

test("alarms are listed by prefix, state and page, and are there after a restart", async () => {
  const directory = sandbox.directory;
  for (const n of [1, 2, 3]) await put(`page-${n}`, { TreatMissingData: "ignore" });
  const first = await client.send(
    new cloudwatch.DescribeAlarmsCommand({ AlarmNamePrefix: "page-", MaxRecords: 2 }),
  );
  expect(first.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(["page-1", "page-2"]);
  const second = await client.send(
    new cloudwatch.DescribeAlarmsCommand({ AlarmNamePrefix: "page-", NextToken: first.NextToken }),
  );
  expect(second.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(["page-3"]);
  const set = { AlarmName: "page-2", StateValue: "ALARM" as const, StateReason: "kept" };
  await client.send(new cloudwatch.SetAlarmStateCommand(set));
  await client.send(new cloudwatch.DeleteAlarmsCommand({ AlarmNames: ["page-1"] }));
  await sandbox.stop();
  sandbox = await aSandbox({ timeScale: TIME_SCALE, directory });
  client = new cloudwatch.CloudWatchClient(sandbox.config());
  const command = new cloudwatch.DescribeAlarmsCommand({ AlarmNamePrefix: "page-", StateValue: "ALARM" });
  expect((await client.send(command)).MetricAlarms).toMatchObject([
    { AlarmName: "page-2", StateReason: "kept" },
  ]);
});

test("what the sandbox cannot do is refused by name", async () => {
  await expect(put("a", { AlarmActions: ["arn:aws:sns:us-east-1:0:t"] })).rejects.toThrow(
    "does not implement AlarmActions",
  );
  await expect(put("a", { Period: 15 })).rejects.toThrow("Period must be 10, 20, 30 or a multiple of 60");
  await expect(put("a", { EvaluationPeriods: 2, DatapointsToAlarm: 3 })).rejects.toThrow("DatapointsToAlarm");
  const trimmed = { Statistic: undefined, ExtendedStatistic: "tm90" };
  await expect(put("a", trimmed)).rejects.toThrow("The statistic tm90 is not implemented");
  const MetricDataQueries = [{ Id: "e1", Expression: "m1 * 2" }];
  const times = { StartTime: new Date(0), EndTime: new Date() };
  await expect(
    client.send(new cloudwatch.GetMetricDataCommand({ ...times, MetricDataQueries })),
  ).rejects.toThrow("does not implement expressions");
  await expect(
    client.send(new cloudwatch.PutCompositeAlarmCommand({ AlarmName: "c", AlarmRule: "ALARM(a)" })),
  ).rejects.toThrow("does not implement monitoring:PutCompositeAlarm");
});

test("a role reads the alarms that its policy names, and puts nothing under AWS's own namespaces", async () => {
  const role = await aRole(sandbox, "watcher", [
    { Action: "cloudwatch:DescribeAlarms", Resource: "arn:aws:cloudwatch:*:*:alarm:page-*" },
    { Action: "cloudwatch:PutMetricData", Resource: "*" },
  ]);
  const watcher = new cloudwatch.CloudWatchClient(sandbox.config(role));
  const read = (more: object) => watcher.send(new cloudwatch.DescribeAlarmsCommand(more));
  expect((await read({ AlarmNames: ["page-2"] })).MetricAlarms).toHaveLength(1);
  await expect(read({ AlarmNames: ["5xx"] })).rejects.toMatchObject({ name: "AccessDeniedException" });
  await expect(read({ AlarmNames: ["page-2"], AlarmTypes: ["CompositeAlarm"] })).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
  const MetricData = [{ MetricName: "RequestCount", Value: 1 }];
  await expect(
    watcher.send(new cloudwatch.PutMetricDataCommand({ Namespace: "AWS/ApplicationELB", MetricData })),
  ).rejects.toThrow("The value AWS/ApplicationELB for parameter Namespace is invalid");
});

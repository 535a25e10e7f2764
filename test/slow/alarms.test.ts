// An alarm over the load balancer's metrics guards a rollout: a release that fails its callers while its health path is
// fine goes back, and the deployment of a fix comes through although the alarm fires. Sandbox time runs 20 times as fast.
import { CloudWatchClient, ListMetricsCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { ownerOf } from "#test/support/owner.ts";
import {
  deploy,
  ENVIRONMENT,
  functionManifest,
  publish,
  serverManifest,
  versionsOf,
} from "#test/support/release-of.ts";

const APP = "guarded";
const ALARM = "guarded-5xx";

/** Well by its health path, whatever it answers to others. */
const answering = (status: number) => ({
  "app.js": `require("node:http").createServer((request, response) => {
    response.statusCode = request.url === "/healthz" ? 200 : ${status};
    response.end(process.env.TUTTI_VERSION);
  }).listen(process.env.PORT, process.env.HOST);`,
});

let house: TestHouse;
let cloudwatch: CloudWatchClient;
let stopCallers = () => {};
beforeAll(async () => {
  house = await startHouse({ timeScale: 20 });
  cloudwatch = new CloudWatchClient(ownerOf(house));
});
afterAll(() => {
  stopCallers();
  return house?.clear();
});

async function callers(app: string): Promise<() => void> {
  const { endpoint } = await house.client.targets.get(app, ENVIRONMENT);
  const timer = setInterval(() => void fetch(endpoint!).catch(() => {}), 20);
  return () => clearInterval(timer);
}

/** Fires over one of a metric's datapoints in two, once somebody has told the metric. */
async function putAlarm(AlarmName: string, metric: { Namespace: string; MetricName: string }, about: RegExp) {
  const { Namespace } = metric;
  const told = async () =>
    (await cloudwatch.send(new ListMetricsCommand({ Namespace }))).Metrics?.find(({ Dimensions = [] }) =>
      about.test(Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(" ")),
    );
  await expect.poll(told).toBeDefined();
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      ...{ AlarmName, ...metric, Dimensions: (await told())?.Dimensions, Statistic: "Sum", Period: 10 },
      ...{ EvaluationPeriods: 2, DatapointsToAlarm: 1, TreatMissingData: "notBreaching" },
      ...{ Threshold: 0, ComparisonOperator: "GreaterThanThreshold" },
    }),
  );
}

async function messages(id: string): Promise<string[]> {
  return (await house.client.deployments.events(id)).items.map(({ message }) => message);
}

test("an alarm sends a release back that its health check finds well, and lets its fix pass while it fires", async () => {
  const rollout = { alarms: [ALARM], bakeSeconds: 60 };
  await house.client.apps.put(APP, serverManifest(APP, { rollout }));
  await publish(house.client, APP, "v1", answering(200));
  await publish(house.client, APP, "v2", answering(500));
  await publish(house.client, APP, "v3", answering(201));

  const first = await deploy(house.client, APP, "v1", { bakeSeconds: 0 });
  expect(first).toMatchObject({ status: "succeeded" });
  expect(await messages(first.id)).toContain(
    `There is no alarm ${ALARM}: nothing listens to it until it is made.`,
  );
  stopCallers = await callers(APP);
  const metric = { Namespace: "AWS/ApplicationELB", MetricName: "HTTPCode_Target_5XX_Count" };
  await putAlarm(ALARM, metric, /^LoadBalancer=\S+ TargetGroup=/);

  const bad = await deploy(house.client, APP, "v2");
  expect(bad).toMatchObject({ status: "rolled_back" });
  expect(bad.reason).toMatch(
    /alarm guarded-5xx is firing: Threshold Crossed: .+ greater than the threshold \(0\.0\)/,
  );
  expect(await versionsOf(house.client, APP)).toEqual(["v1", "v1", "v1"]);

  const unguarded = { alarms: [], bakeSeconds: 0, batch: "100%" };
  expect(await deploy(house.client, APP, "v2", unguarded)).toMatchObject({ status: "succeeded" });
  await expect
    .poll(
      async () =>
        (await house.client.deployments.plan(APP, { environment: ENVIRONMENT, version: "v3" })).notes,
    )
    .toContainEqual(expect.stringContaining(`Alarm ${ALARM} is firing already and would be ignored`));
  const fix = await deploy(house.client, APP, "v3", { bakeSeconds: 20 });
  expect(fix).toMatchObject({ status: "succeeded" });
  expect(await messages(fix.id)).toContainEqual(
    expect.stringContaining(`Alarm ${ALARM} is firing already and is ignored: Threshold Crossed`),
  );
});

test("an alarm over a function's errors sends its traffic back to the version before", async () => {
  const app = "guarded-fn";
  const manifest = functionManifest(app);
  const rollout = { ...manifest.rollout, alarms: ["fn-errors"], bakeSeconds: 60 };
  await house.client.apps.put(app, { ...manifest, rollout });
  const handler = (body: string) => ({
    "index.js": `exports.handler = async ({ rawPath }) => {
      if (rawPath !== "/healthz") { ${body} }
      return { statusCode: 200, body: "well" };
    };`,
  });
  await publish(house.client, app, "v1", handler(""));
  await publish(house.client, app, "v2", handler('throw new Error("not today");'));
  expect(await deploy(house.client, app, "v1", { bakeSeconds: 0 })).toMatchObject({ status: "succeeded" });
  stopCallers();
  stopCallers = await callers(app);
  const metric = { Namespace: "AWS/Lambda", MetricName: "Errors" };
  await putAlarm("fn-errors", metric, /^FunctionName=\S*guarded-fn\S*$/);
  const bad = await deploy(house.client, app, "v2");
  expect(bad).toMatchObject({ status: "rolled_back" });
  expect(bad.reason).toContain("alarm fn-errors is firing: Threshold Crossed");
  expect(bad.steps.filter((step) => step.type === "shift").map((step) => step.status)).toContain("skipped");
  expect((await house.client.targets.get(app, ENVIRONMENT)).release).toBe("v1");
});

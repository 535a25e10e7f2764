// An alarm over the load balancer's metrics guards a rollout: a release that fails its callers while its health path is
// fine goes back, and the deployment of a fix comes through although the alarm fires. Sandbox time runs 20 times as fast.
import { CloudWatchClient, ListMetricsCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { ownerOf } from "#test/support/owner.ts";
import { deploy, ENVIRONMENT, publish, serverManifest, versionsOf } from "#test/support/release-of.ts";

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

async function callers(): Promise<() => void> {
  const { endpoint } = await house.client.targets.get(APP, ENVIRONMENT);
  const timer = setInterval(() => void fetch(endpoint!).catch(() => {}), 20);
  return () => clearInterval(timer);
}

/** Over what the balancer counts for the app's target group. */
async function putAlarm(): Promise<void> {
  const namespace = { Namespace: "AWS/ApplicationELB" };
  for (;;) {
    const told = await cloudwatch.send(
      new ListMetricsCommand({ ...namespace, MetricName: "HTTPCode_Target_2XX_Count" }),
    );
    const dimensions = told.Metrics?.map(({ Dimensions }) => Dimensions ?? []).find(
      (all) => all.length === 2,
    );
    if (dimensions) {
      const metric = { ...namespace, MetricName: "HTTPCode_Target_5XX_Count", Dimensions: dimensions };
      await cloudwatch.send(
        new PutMetricAlarmCommand({
          ...{ AlarmName: ALARM, ...metric, Statistic: "Sum", Period: 10, EvaluationPeriods: 2 },
          ...{ DatapointsToAlarm: 1, Threshold: 0, ComparisonOperator: "GreaterThanThreshold" },
          TreatMissingData: "notBreaching",
        }),
      );
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
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
  stopCallers = await callers();
  await putAlarm();

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

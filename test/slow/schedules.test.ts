// Schedules on the whole house: the API makes them on the Scheduler with its own permissions, what comes round goes through
// the function that takes it, with its own, and the sweep mends what somebody did by hand.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient } from "#client/client.ts";
import { type House, openHouse } from "#start/open-house.ts";
import { deploy, ENVIRONMENT, functionCode, publish, settled } from "#test/support/release-of.ts";

let directory: string;
let house: House;
let client: Client;
let scheduler: SchedulerClient;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tutti-house-"));
  const settings = { port: 0, awsPort: 0, directory, timeScale: 10, servers: 1, fresh: false };
  house = await openHouse({ ...settings, token: undefined });
  client = createClient({ url: house.apiUrl, token: house.token });
  scheduler = new SchedulerClient(house.access());
});

afterAll(async () => {
  await house?.close();
  rmSync(directory, { recursive: true, force: true });
});

const MANIFEST = {
  app: "mailer",
  kind: "function",
  rollout: { strategy: "allAtOnce" },
  environments: {
    [ENVIRONMENT]: {
      schedules: [{ name: "nightly", cron: "30 3 * * 1-5", timezone: "Europe/Berlin", action: "deploy" }],
    },
  },
};

async function kept(): Promise<string[]> {
  const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({ NamePrefix: "tutti-cron-" }));
  return Schedules.map((one) => one.Name!);
}

async function invoke(short: string, payload: unknown): Promise<void> {
  const lambda = new LambdaClient(house.access());
  const Payload = JSON.stringify(payload);
  const answer = await lambda.send(new InvokeCommand({ FunctionName: `tutti-${short}`, Payload }));
  expect(answer.FunctionError, new TextDecoder().decode(answer.Payload)).toBeUndefined();
}

test("a schedule is on the Scheduler as the manifest says it, deploys once for each of its moments, and goes with the app", async () => {
  await client.apps.put("mailer", MANIFEST);
  const [Name] = await kept();
  const made = await scheduler.send(new GetScheduleCommand({ Name }));
  expect(made).toMatchObject({
    ScheduleExpression: "cron(30 3 ? * 2-6 *)",
    ScheduleExpressionTimezone: "Europe/Berlin",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: expect.stringMatching(/:function:tutti-events-schedule$/) },
  });

  await publish(client, "mailer", "v1", functionCode("well"));
  const event = JSON.parse(
    made.Target!.Input!.replace("<aws.scheduler.scheduled-time>", "2026-01-05T02:30:00Z"),
  );
  await Promise.allSettled([invoke("events-schedule", event), invoke("events-schedule", event)]);
  await invoke("events-schedule", event);
  const { items } = await client.deployments.list({ app: "mailer" });
  expect(items.map(({ version, trigger, createdBy }) => [version, trigger, createdBy])).toEqual([
    ["v1", "schedule", "schedule"],
  ]);
  expect(await settled(client, items[0]!.id)).toMatchObject({ status: "succeeded" });

  await scheduler.send(new DeleteScheduleCommand({ Name }));
  await invoke("events-sweep", {});
  expect(await kept()).toEqual([Name]);

  await client.apps.remove("mailer", { force: true });
  expect(await kept()).toEqual([]);
});

test("what the clock scales of a function is kept initialised by the time that its deployment has ended", async () => {
  const schedules = [{ name: "morning", cron: "0 8 * * *", action: "scale", replicas: 3 }];
  const scaling = { min: 1, max: 4 };
  await client.apps.put("greeter", {
    ...{ app: "greeter", kind: "function", rollout: { strategy: "allAtOnce" }, scaling },
    environments: { [ENVIRONMENT]: { schedules } },
  });
  await publish(client, "greeter", "v1", functionCode("well"));
  expect(await deploy(client, "greeter", "v1")).toMatchObject({ status: "succeeded" });
  const count = async () => (await client.targets.get("greeter", ENVIRONMENT)).scaling?.count;
  await expect.poll(count).toBe(1);
  const [Name] = await kept();
  const { Target } = await scheduler.send(new GetScheduleCommand({ Name }));
  await invoke(
    "events-schedule",
    JSON.parse(Target!.Input!.replace("<aws.scheduler.scheduled-time>", "2026-01-05T08:00:00Z")),
  );
  const [scaled] = (await client.deployments.list({ app: "greeter" })).items;
  expect(scaled).toMatchObject({ trigger: "schedule", createdBy: "schedule" });
  expect(await settled(client, scaled!.id)).toMatchObject({
    ...{ status: "succeeded", reason: "v1 keeps 3 environments initialised." },
    steps: [{ type: "prepare", label: "Keep 3 environments initialised", status: "succeeded" }],
  });
  await expect.poll(count).toBe(3);
  expect(await client.targets.get("greeter", ENVIRONMENT)).toMatchObject({ desired: 1, drift: [] });
  // By hand it is the same; and once more it is nothing.
  for (const replicas of [2, 2]) {
    const { id } = await client.targets.scale("greeter", ENVIRONMENT, replicas);
    expect(await settled(client, id)).toMatchObject({ status: "succeeded" });
  }
  await expect.poll(count).toBe(2);
  await expect(client.targets.scale("greeter", ENVIRONMENT, 5)).rejects.toMatchObject({
    ...{ status: 422, code: "outside_scaling_bounds" },
    errors: [{ path: "replicas", message: "must be from 1 to 4, the bounds of scaling, not 5" }],
  });
  await client.apps.remove("greeter", { force: true });
});

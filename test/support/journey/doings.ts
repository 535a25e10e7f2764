// What belongs to no kind and no trigger: hooks, receivers, the doctor, what the sweep mends, events that fail for good, and whatever
// else the API is asked for.
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { DeleteSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { strToU8, zipSync } from "fflate";
import type { Client } from "#client/client.ts";
import { signatureHeaders } from "#functions/api/hooks/signature.ts";
import type { House } from "#start/open-house.ts";
import {
  deploy,
  ENVIRONMENT,
  functionCode,
  functionManifest,
  publish,
  settled,
  start,
} from "#test/support/release-of.ts";
import { serve } from "#test/support/serve.ts";
import { type Journey, NAMES, until } from "./journey.ts";
import { expectEnd } from "./kinds.ts";

export type Doing = (journey: Journey) => Promise<void>;

const WAITING = { strategy: "allAtOnce", approval: "before" };
const isWaiting = ({ client }: Journey, id: string) =>
  until(`${id} waits`, async () => (await client.deployments.get(id)).status === "awaiting_approval");

/** A function as a hook, and an address that is called with the app's own signature. */
const hooks: Doing = async ({ client, house }) => {
  let status = 200;
  const served = await serve(() => new Response("fine", { status }));
  await new LambdaClient(house.access()).send(
    new CreateFunctionCommand({
      FunctionName: `${NAMES.hookFunctionPrefix}migrate`,
      Runtime: "nodejs24.x",
      Role: NAMES.roleArn("app-function"),
      Handler: "index.handler",
      // Where that role may write.
      LoggingConfig: { LogGroup: NAMES.appLogGroup },
      Code: { ZipFile: zipSync({ "index.mjs": strToU8("export const handler = async () => 'well';") }) },
    }),
  );
  const app = "hooked";
  const named = {
    before: [{ function: "migrate" }],
    afterStep: [{ name: "smoke", url: `${served.url}/smoke`, attempts: 1 }],
    after: [{ name: "announce", url: `${served.url}/` }],
  };
  await client.apps.put(app, { ...functionManifest(app), hooks: named });
  await client.call("POST /v1/apps/{app}/hook-secret", { params: { app } });
  await publish(client, app, "v1", functionCode("well"));
  expectEnd(await deploy(client, app, "v1"), "succeeded");
  status = 422;
  await publish(client, app, "v2", { ...functionCode("well"), "version.txt": "v2" });
  expectEnd(await deploy(client, app, "v2"), "rolled_back");
  // The one before is refused from now on; one that is about to be deleted is kept.
  await client.call("POST /v1/apps/{app}/hook-secret", { params: { app } });
  const SecretId = `${NAMES.hookSecretPrefix}${app}`;
  await new SecretsManagerClient(house.access()).send(new DeleteSecretCommand({ SecretId }));
  const { secret } = await client.call("POST /v1/apps/{app}/hook-secret", { params: { app } });
  const body = JSON.stringify({
    version: "v1",
    artifact: { uri: `s3://${NAMES.bucket}/uploads/none` },
    environment: ENVIRONMENT,
  });
  const headers = signatureHeaders(secret!, body, Date.now());
  await fetch(`${house.apiUrl}/v1/hooks/${app}`, { method: "POST", body, headers });
  await client.apps.remove(app, { force: true });
  await served.close();
};

const receivers: Doing = async ({ client, invoke }) => {
  const served = await serve(() => new Response("ok"));
  const { items } = await client.environments.list();
  const { name: _name, updatedAt: _then, ...settings } = items.find(({ name }) => name === "stage")!;
  const notifications = [
    { name: "ops", url: served.url, secret: "ops" },
    { name: "away", url: "http://127.0.0.1:9/" },
  ];
  await client.environments.put("stage", { ...settings, notifications });
  const app = "told";
  await client.apps.put(app, functionManifest(app));
  await publish(client, app, "v1", functionCode("well"));
  const { id } = await client.deployments.create(app, { environment: "stage", version: "v1" });
  expectEnd(await settled(client, id), "succeeded");
  const attempts = async () =>
    (await client.notifications.list({ receiver: "away" })).items.some((one) => one.attempts > 3);
  await until("the sweep has the one who is away asked again", async () => {
    await invoke("events-sweep");
    return attempts();
  });
  await served.close();
};

const doctor: Doing = async ({ client }) => {
  const { items } = await client.environments.list();
  const { name: _name, updatedAt: _then, ...settings } = items.find(({ name }) => name === "prod")!;
  const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7bTXkBtKwFpJ7lYgQpSjIsTlB2rk5s1FqnUIqLqkfA";
  const ssh = { hosts: [{ address: "127.0.0.1", user: "tutti", hostKey }], keySecret: "journey/pool" };
  const network = { ...settings.network!, securityGroupIds: ["sg-none"] };
  await client.environments.put("looked-at", {
    ...settings,
    network,
    pools: { ...settings.pools, odd: { ssh } },
  });
  await client.environments.doctor("looked-at");
};

/** Executions that are stopped, words that were written and not sent, changes that were not told: each is for the sweep to find. */
const sweep: Doing = async (journey) => {
  const { client, house, invoke, without } = journey;
  const app = "swept";
  await client.apps.put(app, { ...functionManifest(app), rollout: WAITING });
  await publish(client, app, "v1", functionCode("well"));
  await publish(client, app, "v2", { ...functionCode("well"), "version.txt": "v2" });
  const { id } = await start(client, app, "v1");
  await isWaiting(journey, id);
  const train = await client.trains.create({ stops: [[{ app, environment: ENVIRONMENT, version: "v2" }]] });
  const sfn = new SFNClient(house.access());
  for (const one of [id, train.id]) await stop(sfn, one);
  await until(`${id} is carried on`, async () => {
    await invoke("events-sweep");
    return running(sfn, id, 2);
  });
  await until(`${train.id} is carried on`, () => running(sfn, train.id, 2));
  await isWaiting(journey, id);
  await without("api", "states:SendTaskSuccess", () =>
    without("api", "events:PutEvents", () => client.deployments.act(id, "approve").catch(() => null)),
  );
  await until(`${id} is woken`, async () => {
    await invoke("events-sweep");
    return (await client.deployments.get(id)).endedAt;
  });
  const second = await until("the train's deployment waits", async () => {
    const { items } = await client.deployments.list({ app, status: "awaiting_approval" });
    return items[0];
  });
  await without("train", "events:PutEvents", async () => {
    await client.trains.abort(train.id);
    await until("the train ends", async () => (await client.trains.get(train.id)).endedAt);
  });
  await settled(client, second.id);
  await client.apps.remove(app, { force: true });
};

/** One that does not move however often it is carried on is closed, while the bus takes nothing. */
const stuck: Doing = async (journey) => {
  const { client, house, invoke, without } = journey;
  const app = "stuck";
  await client.apps.put(app, { ...functionManifest(app), rollout: WAITING });
  await publish(client, app, "v1", functionCode("well"));
  const { id } = await start(client, app, "v1");
  await isWaiting(journey, id);
  const sfn = new SFNClient(house.access());
  await without("events-sweep", "events:PutEvents", () =>
    until(`${id} is closed`, async () => {
      await stop(sfn, id);
      await invoke("events-sweep", { source: "aws.states" });
      return (await client.deployments.get(id)).endedAt;
    }),
  );
};

const machineOf = (id: string) => (id.startsWith("train") ? NAMES.trainArn : NAMES.rolloutArn);

async function executionsOf(sfn: SFNClient, id: string) {
  const command = new ListExecutionsCommand({ stateMachineArn: machineOf(id), maxResults: 1000 });
  const { executions = [] } = await sfn.send(command);
  return executions.filter(({ name }) => name!.startsWith(`${id}-`));
}

async function stop(sfn: SFNClient, id: string): Promise<void> {
  for (const { executionArn, status } of await executionsOf(sfn, id))
    if (status === "RUNNING") await sfn.send(new StopExecutionCommand({ executionArn }));
}

async function running(sfn: SFNClient, id: string, generation: number): Promise<boolean> {
  return (await executionsOf(sfn, id)).some(({ name }) => name === `${id}-${generation}`);
}

/** What somebody took away under a train that was on its way: its second stop finds no such release any more. */
const lostStop: Doing = async (journey) => {
  const { client } = journey;
  for (const app of ["stop-one", "stop-two"]) {
    await client.apps.put(app, { ...functionManifest(app), rollout: WAITING });
    await publish(client, app, "v1", functionCode("well"));
  }
  const member = (app: string) => ({ app, environment: ENVIRONMENT, version: "v1" });
  const train = await client.trains.create({ stops: [[member("stop-one")], [member("stop-two")]] });
  const first = await until("the first stop waits", async () => {
    const { items } = await client.deployments.list({ app: "stop-one", status: "awaiting_approval" });
    return items[0];
  });
  await client.apps.remove("stop-two", { force: true });
  await client.apps.put("stop-two", functionManifest("stop-two"));
  await publish(client, "stop-two", "v2", functionCode("well"));
  await client.deployments.act(first.id, "approve");
  await until("the train turns", async () => (await client.trains.get(train.id)).endedAt);
};

/** Schedules: one that comes round by itself and was changed by hand, a moment that is told of an environment that is not there, and one that cannot be taken. */
export const schedules: Doing = async ({ client, house, invoke, without }) => {
  const app = "by-the-minute";
  const every = [{ name: "minute", cron: "* * * * *", action: "deploy" }];
  await client.apps.put(app, {
    ...functionManifest(app),
    schedules: every,
    environments: { [ENVIRONMENT]: {}, nowhere: {} },
  });
  await publish(client, app, "v1", functionCode("well"));
  const scheduler = new SchedulerClient(house.access());
  const { Schedules = [] } = await scheduler.send(
    new ListSchedulesCommand({ NamePrefix: NAMES.schedulePrefix }),
  );
  const all = await Promise.all(
    Schedules.map(({ Name }) => scheduler.send(new GetScheduleCommand({ Name }))),
  );
  const ofPlace = (environment: string) =>
    all.find(({ Target }) => Target!.Input!.includes(app) && Target!.Input!.includes(`"${environment}"`))!;
  const { Name, Target, ScheduleExpression, FlexibleTimeWindow } = ofPlace(ENVIRONMENT);
  await scheduler.send(new DeleteScheduleCommand({ Name }));
  const off = { ScheduleExpression, FlexibleTimeWindow, State: "DISABLED" as const };
  await scheduler.send(new CreateScheduleCommand({ Name, Target, ...off }));
  await invoke("events-sweep");
  const told = JSON.parse(Target!.Input!.replace(MOMENT, new Date().toISOString()));
  const lost = ofPlace("nowhere").Target!.Input!;
  await invoke("events-schedule", JSON.parse(lost.replace(MOMENT, new Date().toISOString())));
  await until("a minute comes round", async () => (await client.deployments.list({ app })).items[0]);
  await without("events-schedule", "dynamodb:PutItem", async () => {
    await lambdaOf(house).send(asEvent("schedule", told));
    await until("it is a dead letter", () => deadLetters(client, ["schedule"]));
  });
  await client.apps.remove(app, { force: true });
};

/** Events that cannot be used, and calls that fail for good; each of these is replayed. */
const failures: Doing = async ({ client, house, invoke }) => {
  for (const event of OF_NOTHING) await lambdaOf(house).send(asEvent(event, null));
  const gone = { bucket: { name: NAMES.bucket }, object: { key: "releases/failing/v9/none.tar.gz" } };
  await invoke("events-artifact", { detail: gone });
  for (const detail of [
    { environment: ENVIRONMENT, version: "v9" },
    { environment: "nowhere", version: "v1" },
  ])
    await invoke("events-deploy", {
      id: detail.environment,
      source: "journey",
      time: new Date().toISOString(),
      detail: { app: "failing", ...detail },
    });
  await until("all of them are dead letters", () => deadLetters(client, OF_NOTHING));
};

/** EventBridge Scheduler user guide, "Context attributes". */
const MOMENT = "<aws.scheduler.scheduled-time>";

/** What an event of nothing makes fail. */
const OF_NOTHING = ["artifact", "image", "deploy", "notify"];

const lambdaOf = (house: House) => new LambdaClient(house.access());
const asEvent = (event: string, payload: unknown) =>
  new InvokeCommand({
    FunctionName: NAMES.functionName(`events-${event}`),
    InvocationType: "Event",
    Payload: JSON.stringify(payload),
  });

/** Replays them once they are there. */
async function deadLetters(client: Client, events: string[]): Promise<boolean> {
  const { items } = await client.call("GET /v1/dead-letters", { query: {} });
  const found = events.map((event) => items.find((one) => one.event === event));
  if (found.includes(undefined)) return false;
  for (const one of found)
    await client.call("POST /v1/dead-letters/{id}/replay", { params: { id: one!.id } });
  return true;
}

/** What else the API is asked for. */
const rest: Doing = async ({ client }) => {
  const { id } = await client.tokens.create({ name: "for-a-while", role: "viewer" });
  await client.tokens.revoke(id);
  const artifact = { uri: `s3://${NAMES.bucket}/uploads/failing/none/app.tar.gz` };
  await client.apps.put("failing", functionManifest("failing"));
  await client.releases.create("failing", { version: "v0", artifact }).catch(() => null);
  await publish(client, "failing", "v1", functionCode("well"));
};

export const DOINGS: Record<string, Doing> = {
  hooks,
  receivers,
  doctor,
  sweep,
  stuck,
  lostStop,
  failures: async (journey) => rest(journey).then(() => failures(journey)),
};

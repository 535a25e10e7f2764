// What deploys without anybody asking over the API: an object, an image, an event, a schedule. Each starts a deployment that waits for
// an approval, and comes again with a newer version that takes the place of that one and of a train's that queues behind it.
import { CreateRepositoryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { GetExecutionHistoryCommand, SFNClient } from "@aws-sdk/client-sfn";
import { pushImage } from "#test/sandbox/push-image.ts";
import { archive, ENVIRONMENT, functionCode, functionManifest, publish } from "#test/support/release-of.ts";
import { type Journey, NAMES, until } from "./journey.ts";

/** Tells of that version; `at` is later from one to the next. */
type Tell = (journey: Journey, app: string, version: string, at: number) => Promise<unknown>;

const MANIFEST = {
  rollout: { strategy: "allAtOnce", approval: "before", onConflict: "supersede" },
  autoDeploy: false,
};
const code = (version: string) => archive({ ...functionCode("well"), "version.txt": version });

const TELL: Record<string, Tell> = {
  artifact: ({ house }, app, version) =>
    new S3Client({ ...house.access(), forcePathStyle: true }).send(
      new PutObjectCommand({
        Bucket: NAMES.bucket,
        Key: `releases/${app}/${version}/app.tar.gz`,
        Body: code(version),
      }),
    ),
  image: ({ house }, app, version) =>
    pushImage(new ECRClient(house.access()), `tutti/${app}`, version, version),
  deploy: async ({ client, house }, app, version) => {
    await publish(client, app, version, code(version));
    const Detail = JSON.stringify({ app, environment: ENVIRONMENT, version });
    const Entries = [{ Source: "journey", DetailType: "tutti.deploy", Detail }];
    await new EventBridgeClient(house.access()).send(new PutEventsCommand({ Entries }));
  },
  schedule: async ({ client, house, invoke }, app, version, at) => {
    await publish(client, app, version, code(version));
    const scheduler = new SchedulerClient(house.access());
    const { Schedules = [] } = await scheduler.send(
      new ListSchedulesCommand({ NamePrefix: NAMES.schedulePrefix }),
    );
    const all = await Promise.all(
      Schedules.map(({ Name }) => scheduler.send(new GetScheduleCommand({ Name }))),
    );
    const { Target } = all.find((one) => one.Target!.Input!.includes(app))!;
    const when = new Date(at).toISOString();
    await invoke(
      "events-schedule",
      JSON.parse(Target!.Input!.replace("<aws.scheduler.scheduled-time>", when)),
    );
  },
};

export async function comeTwice(journey: Journey, trigger: keyof typeof TELL): Promise<void> {
  const { client, house, without } = journey;
  const app = `told-by-${trigger}`;
  const schedules =
    trigger === "schedule" ? [{ name: "nightly", cron: "0 3 * * *", action: "deploy" }] : undefined;
  const manifest = trigger === "image" ? { app, kind: "container", port: 8080 } : functionManifest(app);
  const whole = {
    ...manifest,
    ...MANIFEST,
    environments: { [ENVIRONMENT]: { autoDeploy: true, ...(schedules && { schedules }) } },
  };
  await client.apps.put(app, whole);
  if (trigger === "image")
    await new ECRClient(house.access()).send(new CreateRepositoryCommand({ repositoryName: `tutti/${app}` }));
  const waiting = (version: string) =>
    until(`${app} ${version} waits`, async () => {
      const { items } = await client.deployments.list({ app });
      const found = items.find((one) => one.version === version && one.status === "awaiting_approval");
      return found && (await canBeWoken(journey, found.id)) ? found : undefined;
    });
  await TELL[trigger]!(journey, app, "v1", Date.now() - 60_000);
  await waiting("v1");
  const member = { app, environment: ENVIRONMENT, version: "v1", onConflict: "queue" as const };
  const train = await client.trains.create({ stops: [[member]] });
  await until(`${app} queues`, async () => (await client.targets.get(app, ENVIRONMENT)).queue.length > 0);
  const last = await without(`events-${trigger}`, "events:PutEvents", async () => {
    await TELL[trigger]!(journey, app, "v2", Date.now());
    await waiting("v2");
    await TELL[trigger]!(journey, app, "v3", Date.now() + 30_000);
    return waiting("v3");
  });
  await until(`${app}'s train ends`, async () => (await client.trains.get(train.id)).endedAt);
  await client.apps.put(app, { ...whole, rollout: { ...whole.rollout, onConflict: "reject" } });
  await TELL[trigger]!(journey, app, "v4", Date.now() + 60_000).catch(() => null);
  await until(`${app} v4 is refused`, async () => {
    const { items } = await client.audit.list({ limit: 200 });
    return items.find((one) => one.app === app && one.status === 409);
  });
  await client.deployments.act(last.id, "reject");
  await client.apps.remove(app, { force: true });
}

/** A deployment says that it waits a moment before its execution has handed out a token. */
async function canBeWoken({ house }: Journey, id: string): Promise<boolean> {
  const executionArn = `${NAMES.rolloutArn.replace(":stateMachine:", ":execution:")}:${id}-1`;
  const command = new GetExecutionHistoryCommand({ executionArn, reverseOrder: true });
  const { events = [] } = await new SFNClient(house.access()).send(command);
  return events.some(({ type }) => type === "TaskSubmitted");
}

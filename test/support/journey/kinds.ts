// The life of an app on each kind: a release, a broken one that goes back, more copies, the loss of one, the way back, the end.
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Client } from "#client/client.ts";
import type { DeploymentView } from "#client/views.ts";
import { stageOn } from "#start/demo/stage.ts";
import type { House } from "#start/open-house.ts";
import { keys } from "#store/keys.ts";
import { buildImage, publishContainer } from "#test/support/release-container.ts";
import {
  archive,
  deploy,
  ENVIRONMENT,
  functionCode,
  functionManifest,
  machineManifest,
  publish,
  serverCode,
  serverManifest,
  settled,
  start,
} from "#test/support/release-of.ts";
import { ALARM, type Journey, NAMES, until } from "./journey.ts";

type Kind = "server" | "vm" | "container" | "function";

/** Makes v1 and v3 that are well, and v2 that is not; each release has its secrets, and what scales its bounds. */
type Publish = (journey: Journey, app: string) => Promise<void>;

/** A busy machine is no failure. */
const GRACE = { graceSeconds: 15 };
const SECRETS = {
  DB_PASSWORD: "secretsmanager:journey/db#password",
  API_TOKEN: "ssm:/journey/token",
};
/** What the health check is and how many copies there may be changes from release to release, so that what stands is changed too. */
const versions = [
  { version: "v1", behaviour: "well", healthPath: "/healthz", most: 4 },
  { version: "v2", behaviour: "unwell", healthPath: "/healthz", most: 4 },
  { version: "v3", behaviour: "well", healthPath: "/", most: 5 },
] as const;

const PUBLISH: Record<Kind, Publish> = {
  server: async (journey, app) => {
    const { client } = journey;
    for (const { version, behaviour, healthPath } of versions) {
      const manifest = serverManifest(app, {
        port: 8180,
        replicas: 2,
        rollout: { batch: 2, maxUnavailable: 2 },
      });
      await client.apps.put(app, {
        ...manifest,
        secrets: SECRETS,
        health: { ...manifest.health, ...GRACE, path: healthPath },
      });
      await publishThere(journey, app, version, serverCode(behaviour));
    }
  },
  vm: async (journey, app) => {
    const { client } = journey;
    for (const { version, behaviour, healthPath, most } of versions) {
      const manifest = machineManifest(app);
      const health = { ...manifest.health, ...GRACE, path: healthPath };
      const { replicas: _chosen, ...rest } = manifest;
      // The last one is scaled no more.
      const count = version === "v3" ? { replicas: 2 } : { scaling: scalingTo(most) };
      await client.apps.put(app, { ...rest, port: 8280, secrets: SECRETS, health, ...count });
      await publishThere(journey, app, version, serverCode(behaviour));
    }
  },
  container: async ({ client }, app) => {
    const image = await buildImage(client, app);
    for (const { version, behaviour, healthPath, most } of versions) {
      const health = {
        path: healthPath,
        intervalSeconds: 0.2,
        timeoutSeconds: 1,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        ...GRACE,
      };
      const more = { replicas: undefined, scaling: scalingTo(most), secrets: SECRETS, health };
      await publishContainer(client, app, version, image, behaviour, more);
    }
  },
  function: async (journey, app) => {
    const { client } = journey;
    for (const { version, behaviour, healthPath } of versions) {
      const manifest = functionManifest(app);
      await client.apps.put(app, {
        ...manifest,
        health: { ...manifest.health, ...GRACE, path: healthPath },
        secrets: SECRETS,
      });
      await publishThere(journey, app, version, { ...functionCode(behaviour), "version.txt": version });
    }
  },
};

/** The first one is put into the bucket by hand, as CI may do; the others are uploaded. */
async function publishThere(
  { client, house }: Journey,
  app: string,
  version: string,
  files: Record<string, string>,
): Promise<void> {
  if (version !== "v1") return publish(client, app, version, files);
  const Key = `releases/${app}/${version}/app.tar.gz`;
  const s3 = new S3Client({ ...house.access(), forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key, Body: archive(files) }));
  await client.releases.create(app, { version, artifact: { uri: `s3://${NAMES.bucket}/${Key}` } });
}

const scalingTo = (max: number) => ({ min: 1, max, metric: "requestsPerReplica", target: 1000 });

export async function liveAndDie(journey: Journey, kind: Kind): Promise<void> {
  const { client, house, invoke, without } = journey;
  const app = `life-of-${kind}`;
  await PUBLISH[kind](journey, app);
  await client.deployments.plan(app, { environment: ENVIRONMENT, version: "v1" });
  await beRejected(client, app);
  const first = await start(client, app, "v1", { alarms: [ALARM], approval: "before" });
  // The next one queues behind it, so that its end begins this one.
  const broken = await start(client, app, "v2", { alarms: [ALARM] });
  await comeAgain(journey, kind, first.id);
  expectEnd(await settled(client, first.id), "succeeded");
  expectEnd(await settled(client, broken.id), "rolled_back");
  // What scaling follows is measured.
  await client.targets.get(app, ENVIRONMENT);
  const train = await client.trains.create({
    stops: [[{ app, environment: ENVIRONMENT, version: "v3", ...BESIDE[kind] }]],
  });
  const ended = await until(`the train of ${app}`, async () => {
    const now = await client.trains.get(train.id, { waitSeconds: 5 });
    return now.endedAt ? now : null;
  });
  if (ended.status !== "succeeded")
    throw new Error(`the train of ${app} ended ${ended.status}: ${ended.reason}`);
  if (kind === "server") {
    const scaled = await client.targets.scale(app, ENVIRONMENT, 3);
    expectEnd(await settled(client, (scaled as { id: string }).id), "succeeded");
  }
  await stageOn(house, client).killReplica(app, kind);
  await client.targets.heal(app, ENVIRONMENT);
  // As every minute does, which may not fall into this life.
  await invoke("events-sweep");
  // The bus takes nothing for a while: what is to be told is kept.
  await without(`driver-${kind}`, "events:PutEvents", async () => {
    const { id } = await client.deployments.rollback(app, { environment: ENVIRONMENT });
    expectEnd(await settled(client, id), "succeeded");
  });
  await client.targets.get(app, ENVIRONMENT);
  await client.apps.remove(app, { force: true });
}

/** Nothing runs there and nothing is on its way: what to look for is what the newest release says. */
async function beRejected(client: Client, app: string): Promise<void> {
  const environment = "stage";
  const { id } = await client.deployments.create(app, {
    environment,
    version: "v1",
    rollout: { approval: "before" },
  });
  await until(`${id} waits`, async () => (await client.deployments.get(id)).status === "awaiting_approval");
  await client.deployments.act(id, "reject");
  await settled(client, id);
  await client.targets.get(app, environment);
}

/** Where a second side stands beside the first, traffic is led from one to the other. */
const BESIDE: Record<Kind, { rollout?: { strategy: "blueGreen" } }> = {
  server: {},
  vm: {},
  container: { rollout: { strategy: "blueGreen" } },
  function: {},
};

/** The approval comes, and then the call that waited for it once more, as Lambda may make it: its token is over, and it says so to nobody's harm. */
async function comeAgain({ client, house, invoke }: Journey, kind: Kind, id: string): Promise<void> {
  const { taskToken, generation } = await until(`${id} waits`, async () => {
    const { status } = await client.deployments.get(id);
    const record = await recordOf(house, id);
    return status === "awaiting_approval" && record.taskToken !== "" && record;
  });
  await client.deployments.act(id, "approve");
  await invoke(`driver-${kind}`, { verb: "hold", deploymentId: id, generation, taskToken: `${taskToken}` });
}

async function recordOf(house: House, id: string): Promise<{ taskToken: string; generation: number }> {
  const key = { pk: { S: keys.deployment(id).pk }, sk: { S: keys.deployment(id).sk } };
  const { Item } = await new DynamoDBClient(house.access()).send(
    new GetItemCommand({ TableName: NAMES.table, Key: key }),
  );
  return { taskToken: Item!.taskToken!.S ?? "", generation: Number(Item!.generation!.N) };
}

/** The same image on hosts of the cluster's own. */
export async function liveOnHosts({ client }: Journey): Promise<void> {
  const app = "life-on-hosts";
  const image = await buildImage(client, app);
  const container = { launchType: "EC2", capacityProviders: [], placement: "spread" };
  await publishContainer(client, app, "v1", image, "well", { replicas: 1, container });
  expectEnd(await deploy(client, app, "v1"), "succeeded");
  await client.apps.remove(app, { force: true });
}

export function expectEnd({ app, version, status, reason }: DeploymentView, expected: string): void {
  if (status !== expected) throw new Error(`${app} ${version} ended ${status}, not ${expected}: ${reason}`);
}

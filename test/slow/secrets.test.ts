// A secret with a text that is nowhere else, in apps of all four kinds through a whole house: the apps show by its digest that
// it arrived, and it is searched for in everything that anybody keeps, says or lists.
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { DescribeLaunchTemplateVersionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packContext } from "#cli/pack-context.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { folderOf, tarGzOf } from "#test/support/secret-apps.ts";

const CANARY = `CANARY${randomBytes(12).toString("hex")}`;
const TOKEN = `CANARY${randomBytes(12).toString("hex")}`;
const SECRETS = { DB_PASSWORD: "secretsmanager:storefront/db#password", API_TOKEN: "ssm:/storefront/token" };
const KINDS = ["server", "function", "container", "vm"] as const;
type Kind = (typeof KINDS)[number];

let house: TestHouse;
let aws: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
beforeAll(async () => {
  house = await startHouse({ servers: 1 });
  const credentials = { accessKeyId: "root", secretAccessKey: "root" };
  aws = { endpoint: house.awsUrl, region: "us-east-1", credentials };
  const SecretString = JSON.stringify({ password: CANARY });
  await new SecretsManagerClient(aws).send(new CreateSecretCommand({ Name: "storefront/db", SecretString }));
  const parameter = { Name: "/storefront/token", Value: TOKEN, Type: "SecureString" as const };
  await new SSMClient(aws).send(new PutParameterCommand(parameter));
});
afterAll(() => house?.clear());

async function register(kind: Kind, version: string): Promise<void> {
  const app = `keeper-${kind}`;
  await house.client.apps.put(app, manifestOf(kind));
  if (kind !== "container") {
    const bytes = tarGzOf(kind);
    const { uploadUrl, uri } = await house.client.artifacts.create(app, "a.tar.gz");
    await fetch(uploadUrl, { method: "PUT", body: new Uint8Array(bytes) });
    await house.client.releases.create(app, { version, artifact: { uri } });
    return;
  }
  const folder = folderOf(kind);
  const { uploadUrl, uri } = await house.client.artifacts.create(app, "context.zip");
  await fetch(uploadUrl, { method: "PUT", body: new Uint8Array(await packContext(folder)) });
  rmSync(folder, { recursive: true });
  let build = await house.client.images.build(app, { version: "image", source: { uri } });
  while (build.status === "building")
    build = await house.client.images.get(app, build.id, { waitSeconds: 20, afterPhase: build.phase });
  await house.client.releases.create(app, { version, artifact: { image: build.image! } });
}

function manifestOf(kind: Kind) {
  const health = {
    path: "/",
    intervalSeconds: 0.2,
    timeoutSeconds: 5,
    healthyThreshold: 1,
    graceSeconds: 20,
  };
  const start = kind === "server" || kind === "vm" ? { start: "node app.js" } : {};
  const rotation = kind === "server" ? { onSecretRotation: "redeploy" } : {};
  return { app: `keeper-${kind}`, kind, health, secrets: SECRETS, ...start, ...rotation };
}

async function deploy(kind: Kind, version: string): Promise<void> {
  const app = `keeper-${kind}`;
  const { id } = await house.client.deployments.create(app, { environment: "dev", version });
  let deployment = await house.client.deployments.get(id);
  while (deployment.endedAt === null)
    deployment = await house.client.deployments.get(id, {
      waitSeconds: 20,
      afterRevision: deployment.revision,
    });
  expect([kind, deployment.status, deployment.reason]).toEqual([kind, "succeeded", `${version} is live.`]);
}

async function shown(kind: Kind): Promise<unknown> {
  const { endpoint } = await house.client.targets.get(`keeper-${kind}`, "dev");
  return (await fetch(endpoint!)).json();
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex");

test("a secret reaches apps of every kind and is found nowhere else", async () => {
  await Promise.all(KINDS.map((kind) => register(kind, "v1")));
  for (const kind of KINDS) await deploy(kind, "v1");
  for (const kind of KINDS) expect(await shown(kind)).toEqual([digest(CANARY), digest(TOKEN)]);
  // Where it may be, the search finds it.
  const kept = filesOf(join(house.directory, "secretsmanager"));
  expect(kept.some(([, text]) => text.includes(CANARY))).toBe(true);
  await house.client.deployments.plan("keeper-server", { environment: "dev", version: "v1" });
  expect(await places()).toEqual([]);
});

test("what was rotated is read by fresh copies, where the manifest asks for them, and is found nowhere either", async () => {
  const SecretString = JSON.stringify({ password: TOKEN });
  const rotation = new PutSecretValueCommand({ SecretId: "storefront/db", SecretString });
  await new SecretsManagerClient(aws).send(rotation);
  // The sweep may have been faster.
  await house.client.targets.heal("keeper-server", "dev");
  const restart = async () => {
    const { items } = await house.client.deployments.list({ app: "keeper-server" });
    return { by: items[0]!.createdBy, status: items[0]!.status };
  };
  await expect.poll(restart).toEqual({ by: "secret rotation", status: "succeeded" });
  expect(await shown("server")).toEqual([digest(TOKEN), digest(TOKEN)]);
  expect(await places()).toEqual([]);
});

/** Where one of them is seen, in words. */
async function places(): Promise<string[]> {
  const texts: [string, string][] = [
    ...filesOf(house.directory),
    ...argumentsOfAll(),
    ["the house's output", house.output()],
    ...(await answers()),
    ...(await platform()),
  ];
  return texts.filter(([, text]) => text.includes(CANARY) || text.includes(TOKEN)).map(([where]) => where);
}

/** All state but the store of secrets itself: logs, table, histories, commands, what lies on machines, units, packages. */
function filesOf(directory: string): [string, string][] {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true });
  return files
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .filter((path) => !relative(directory, path).startsWith("secretsmanager/"))
    .flatMap((path) => {
      try {
        return statSync(path).size < 20_000_000
          ? [[path, readFileSync(path, "latin1")] as [string, string]]
          : [];
      } catch {
        // A process ended meanwhile and took it along.
        return [];
      }
    });
}

function argumentsOfAll(): [string, string][] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [
          [`arguments of process ${pid}`, readFileSync(`/proc/${pid}/cmdline`, "latin1")] as [string, string],
        ];
      } catch {
        return [];
      }
    });
}

async function answers(): Promise<[string, string][]> {
  const paths = ["apps", "environments", "targets", "services", "deployments", "audit", "healing-runs"];
  const { items } = await house.client.deployments.list();
  const more = items.flatMap(({ id }) => [`deployments/${id}`, `deployments/${id}/events`]);
  const ofApps = KINDS.flatMap((kind) => [
    `apps/keeper-${kind}`,
    `apps/keeper-${kind}/releases`,
    `targets/keeper-${kind}/dev`,
  ]);
  return Promise.all(
    [...paths, ...more, ...ofApps].map(async (path): Promise<[string, string]> => {
      const answer = await fetch(`${house.apiUrl}/v1/${path}`, {
        headers: { authorization: `Bearer ${house.token}` },
      });
      expect([path, answer.status]).toEqual([path, 200]);
      return [`GET /v1/${path}`, await answer.text()];
    }),
  );
}

/** What lies packed on disk, asked for as AWS tells it. */
async function platform(): Promise<[string, string][]> {
  const rows: [string, string][] = [];
  for await (const { Items } of paginateScan({ client: new DynamoDBClient(aws) }, { TableName: "tutti" }))
    rows.push(
      ...(Items ?? []).map((item): [string, string] => ["an item of the table", JSON.stringify(item)]),
    );
  expect(rows.length).toBeGreaterThan(10);
  const FunctionName = "tutti-app-keeper-function_dev";
  const configuration = await new LambdaClient(aws).send(
    new GetFunctionConfigurationCommand({ FunctionName }),
  );
  expect(configuration.Environment?.Variables).toMatchObject({ TUTTI_SECRETS: JSON.stringify(SECRETS) });
  const versions = await new EC2Client(aws).send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: "tutti-vm-keeper-vm_dev" }),
  );
  const userData = versions.LaunchTemplateVersions!.map(({ LaunchTemplateData }) =>
    gunzipSync(Buffer.from(LaunchTemplateData!.UserData!, "base64")).toString(),
  );
  expect(userData[0]).toContain(SECRETS.DB_PASSWORD);
  return [
    ...rows,
    ["a function's configuration", JSON.stringify(configuration)],
    ...userData.map((text): [string, string] => ["user data", text]),
  ];
}

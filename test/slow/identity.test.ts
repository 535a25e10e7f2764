// Who may call whom, as a user has it: a chain of apps of all four kinds, each of which lets in the one before it and nobody
// else, and new keys for all of them under load.
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keys } from "#store/keys.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { chainManifest, publishChain } from "#test/support/identity-apps.ts";
import { loadAt } from "#test/support/load-at.ts";
import { deploy } from "#test/support/release-of.ts";

/** From the last that is called to the first that calls. */
const CHAIN = [
  { app: "leaf", kind: "function", allow: ["boxes"] },
  { app: "boxes", kind: "container", allow: ["machines"], next: "leaf" },
  { app: "machines", kind: "vm", allow: ["hosts"], next: "boxes" },
  { app: "hosts", kind: "server", allow: ["front"], next: "machines" },
  { app: "front", kind: "function", next: "hosts" },
  { app: "stranger", kind: "function", next: "hosts" },
];

let house: TestHouse;
let aws: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
beforeAll(async () => {
  house = await startHouse();
  const credentials = { accessKeyId: "root", secretAccessKey: "root" };
  aws = { endpoint: house.awsUrl, region: "us-east-1", credentials };
  for (const { app, kind, allow, next } of CHAIN)
    await house.client.apps.put(
      app,
      chainManifest(app, kind, {
        ...(allow ? { allow } : {}),
        ...(next ? { connect: [next] } : {}),
        config: { ...(next ? { NEXT: next } : {}), ...(allow ? {} : { UNGUARDED: "yes" }) },
      }),
    );
  await Promise.all(CHAIN.map(({ app, kind }) => publishChain(house.client, app, kind, "v1")));
});
afterAll(() => house?.clear());

async function endpointOf(app: string): Promise<string> {
  return (await house.client.targets.get(app, "dev")).endpoint!;
}

async function ask(app: string): Promise<[number, string]> {
  const answer = await fetch(await endpointOf(app));
  return [answer.status, await answer.text()];
}

async function notesOf(app: string): Promise<string[]> {
  return (await house.client.deployments.plan(app, { environment: "dev", version: "v1" })).notes;
}

async function certificateOf(app: string): Promise<string> {
  const command = new GetSecretValueCommand({ SecretId: `tutti/identity/${app}/dev` });
  const { SecretString } = await new SecretsManagerClient(aws).send(command);
  return JSON.parse(SecretString!).certificate;
}

test("on all four kinds who is allowed is let in, another is refused with 403, and who says nothing with 401", async () => {
  expect(await notesOf("stranger")).toContain(
    "connect: hosts does not allow stranger in dev: its calls are refused.",
  );
  for (const { app } of CHAIN)
    expect([app, (await deploy(house.client, app, "v1")).reason]).toEqual([app, "v1 is live."]);
  expect(await ask("front")).toEqual([
    200,
    "anyone>front front>hosts hosts>machines machines>boxes boxes>leaf",
  ]);
  const [status, text] = await ask("stranger");
  expect(status).toBe(403);
  expect(text).toContain("stranger/dev is not allowed to call.");
  for (const { app, allow } of CHAIN) if (allow) expect([app, (await ask(app))[0]]).toEqual([app, 401]);
});

test("new keys for every caller lose no request", async () => {
  const callers = CHAIN.filter(({ app, next }) => next && app !== "stranger").map(({ app }) => app);
  const before = await Promise.all(callers.map(certificateOf));
  const load = loadAt(await endpointOf("front"), 10);
  for (const app of callers) await age(app);
  await Promise.all(callers.map((app) => house.client.targets.heal(app, "dev")));
  for (const app of callers.filter((one) => one !== "front"))
    await expect
      .poll(() => lastOf(app), { timeout: 120_000 })
      .toEqual({ by: "identity renewal", status: "succeeded" });
  expect(await ask("front")).toEqual([200, expect.stringContaining("boxes>leaf")]);
  const { sent, failed } = await load.stop();
  expect(failed).toBe(0);
  expect(sent).toBeGreaterThan(10);
  const after = await Promise.all(callers.map(certificateOf));
  expect(after.filter((one, i) => one === before[i])).toEqual([]);
  // Lambda starts fresh copies as it likes: nobody is asked for a deployment.
  expect(await lastOf("front")).toMatchObject({ by: "admin" });
});

/** As if forty days had gone by. */
async function age(app: string): Promise<void> {
  const old = new Date(Date.now() - 40 * 86_400_000).toISOString();
  const { pk, sk } = keys.target(app, "dev");
  await new DynamoDBClient(aws).send(
    new UpdateItemCommand({
      TableName: "tutti",
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: "SET #i.issuedAt = :old",
      ExpressionAttributeNames: { "#i": "identity" },
      ExpressionAttributeValues: { ":old": { S: old } },
    }),
  );
}

async function lastOf(app: string) {
  const { items } = await house.client.deployments.list({ app });
  return { by: items[0]!.createdBy, status: items[0]!.status };
}

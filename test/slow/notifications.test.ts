// A whole house tells real receivers: a good release, a broken one that goes back, one receiver that signs, one that reads as Slack
// does, and one that is away. Nothing but the settings that an operator writes, and a secret in Secrets Manager.
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import { isSignedWith, parseSigned } from "#functions/api/hooks/signature.ts";
import { noticeDocument } from "#functions/api/schemas/notice.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { ownerOf } from "#test/support/owner.ts";
import { deploy, ENVIRONMENT, publish, serverCode, serverManifest } from "#test/support/release-of.ts";
import { type Served, serve } from "#test/support/serve.ts";

const SECRET = "what-only-ops-and-tutti-know";

let house: TestHouse;
let client: Client;
let ops: Served;
let chat: Served;
const told: { body: string; headers: Headers }[] = [];
const said: string[] = [];

beforeAll(async () => {
  house = await startHouse({ servers: 2 });
  client = house.client;
  ops = await serve(async (request) => {
    told.push({ body: await request.text(), headers: request.headers });
    // The first one fails once, as if it had just been restarted.
    return new Response(null, { status: told.length === 1 ? 503 : 200 });
  });
  chat = await serve(async (request) => {
    said.push(((await request.json()) as { text: string }).text);
    return new Response("ok");
  });
  const secrets = new SecretsManagerClient(ownerOf(house));
  for (const [name, SecretString] of [
    ["ops", SECRET],
    ["chat-url", `${chat.url}/services/T0/B0/x`],
  ])
    await secrets.send(new CreateSecretCommand({ Name: `tutti/notifications/${name}`, SecretString }));
  const { items } = await client.environments.list();
  const { name: _name, updatedAt: _then, ...settings } = items.find(({ name }) => name === ENVIRONMENT)!;
  await client.environments.put(ENVIRONMENT, {
    ...settings,
    notifications: [
      { name: "ops", url: ops.url, secret: "ops" },
      {
        name: "chat",
        kind: "slack",
        urlSecret: "chat-url",
        events: ["deployment.roll*", "deployment.succeeded"],
      },
      { name: "away", url: "http://127.0.0.1:9/", events: ["deployment.rolled_back"] },
    ],
  });
  await client.apps.put("told", serverManifest("told", { port: 8100, replicas: 2 }));
  await publish(client, "told", "v1", serverCode("well"));
  await publish(client, "told", "v2", serverCode("unwell"));
});
afterAll(async () => {
  await Promise.all([ops?.close(), chat?.close()]);
  await house?.clear();
});

const statusesTold = () => told.map(({ body }) => noticeDocument.parse(JSON.parse(body)).deployment?.status);

test("a good release and a broken one are told to whoever wants to hear of them, each change once and signed", async () => {
  expect((await deploy(client, "told", "v1")).status).toBe("succeeded");
  const broken = await deploy(client, "told", "v2");
  expect(broken.status).toBe("rolled_back");
  await expect.poll(() => new Set(statusesTold()).size).toBe(5);
  for (const { body, headers } of told) {
    const signed = parseSigned(headers.get("x-tutti-timestamp")!, headers.get("x-tutti-signature")!)!;
    expect(isSignedWith(SECRET, signed, Buffer.from(body))).toBe(true);
  }
  const [first, ...others] = told.map(({ headers }) => headers.get("idempotency-key"));
  // The first call was answered 503, and came again under its key; nothing else came twice.
  expect(others.filter((key) => key === first)).toHaveLength(1);
  expect(new Set(others).size).toBe(others.length);
  expect(others).toHaveLength(7);
  await expect.poll(() => said).toHaveLength(3);
  expect(said.map((text) => text.split(" ")[0]).sort()).toEqual([
    ":leftwards_arrow_with_hook:",
    ":rewind:",
    ":white_check_mark:",
  ]);
  expect(said.find((text) => text.startsWith(":leftwards"))).toContain(broken.reason);
});

test("the list says what came of each, and nothing of where it went", async () => {
  const of = async (query: object) => (await client.notifications.list({ app: "told", ...query })).items;
  await expect.poll(() => of({ status: "delivered" })).toHaveLength(10);
  const [away, ...rest] = await of({ receiver: "away" });
  expect(rest).toEqual([]);
  expect(away).toMatchObject({
    environment: ENVIRONMENT,
    version: "v2",
    event: { type: "deployment.rolled_back" },
    status: "pending",
    answered: null,
    detail: expect.stringContaining("ECONNREFUSED"),
  });
  expect(JSON.stringify(await of({}))).not.toContain("/services/");
});

test("the sweep asks the one that is away again", async () => {
  const attempts = async () => (await client.notifications.list({ receiver: "away" })).items[0]!.attempts;
  await expect.poll(attempts, { timeout: 400_000, interval: 1000 }).toBe(4);
});

// Hooks as a team uses them, on the whole house: a function of the account and an address on this machine, called by the
// function that calls hooks with its own permissions.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient } from "#client/client.ts";
import { type House, openHouse } from "#start/open-house.ts";
import { deploy, ENVIRONMENT, functionCode, publish } from "#test/support/release-of.ts";
import { type Served, serve } from "#test/support/serve.ts";

let directory: string;
let house: House;
let client: Client;
let served: Served;
const heard: { path: string; headers: Headers; body: Record<string, unknown> }[] = [];
const answers = new Map<string, () => Response | Promise<Response>>();

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tutti-house-"));
  const settings = { port: 0, awsPort: 0, directory, timeScale: 10, servers: 1, fresh: false };
  house = await openHouse({ ...settings, token: undefined });
  client = createClient({ url: house.apiUrl, token: house.token });
  served = await serve(async (request) => {
    const path = new URL(request.url).pathname;
    heard.push({ path, headers: request.headers, body: (await request.json()) as Record<string, unknown> });
    return (await answers.get(path)?.()) ?? new Response("fine, password=hunter22");
  });
  await hookFunction(
    "tutti-hook-migrate",
    "if (event.version === 'v3') throw new Error('no way to v3'); return { migrated: event.idempotencyKey };",
  );
});

afterAll(async () => {
  await served?.close();
  await house?.close();
  rmSync(directory, { recursive: true, force: true });
});

async function hookFunction(FunctionName: string, body: string): Promise<void> {
  const lambda = new LambdaClient(house.access());
  const code = `export const handler = async (event) => { ${body} };`;
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: "nodejs24.x",
      Role: "arn:aws:iam::000000000000:role/tutti-app-function",
      Handler: "index.handler",
      Code: { ZipFile: zipSync({ "index.mjs": strToU8(code) }) },
    }),
  );
}

function manifest(app: string) {
  return {
    app,
    kind: "function",
    rollout: { strategy: "allAtOnce" },
    hooks: {
      before: [{ function: "migrate", attempts: 1 }],
      afterStep: [{ name: "smoke", url: `${served.url}/smoke` }],
      after: [{ name: "announce", url: `${served.url}/announce` }],
    },
  };
}

async function messagesOf(id: string): Promise<string[]> {
  return (await client.deployments.events(id)).items.map((event) => event.message);
}

test("a release passes its hooks, and one that they refuse goes back", async () => {
  await client.apps.put("mailer", manifest("mailer"));
  await publish(client, "mailer", "v1", functionCode("well"));
  const plan = await client.deployments.plan("mailer", { environment: ENVIRONMENT, version: "v1" });
  expect(plan.steps.map((step) => step.label)).toEqual([
    "Hook before: migrate",
    expect.any(String),
    "Hook after the step: smoke",
    "Hook after: announce",
  ]);
  expect(heard).toEqual([]);
  const first = await deploy(client, "mailer", "v1");
  expect(first).toMatchObject({ status: "succeeded" });
  const messages = await messagesOf(first.id);
  expect(messages).toContain(`migrate said: {"migrated":"${first.id}-before-0"}`);
  expect(messages).toContain("smoke said: fine, password=***");
  expect(heard.map(({ path, body }) => [path, body.deployment, body.attempt])).toEqual([
    ["/smoke", first.id, 1],
    ["/announce", first.id, 1],
  ]);

  await publish(client, "mailer", "v2", functionCode("well"));
  answers.set("/smoke", () => new Response("checkout is broken", { status: 422 }));
  const second = await deploy(client, "mailer", "v2");
  expect(second).toMatchObject({
    status: "rolled_back",
    reason: "Went back to v1: hook smoke: answered 422.",
  });
  answers.clear();

  await publish(client, "mailer", "v3", functionCode("well"));
  const third = await deploy(client, "mailer", "v3");
  expect(third).toMatchObject({
    status: "rolled_back",
    reason: "Hook migrate: it threw Error: no way to v3. Nothing had been changed.",
  });
});

test("what is not a hook is not invoked, and what the environment does not open is not called", async () => {
  await client.apps.put("news", {
    ...manifest("news"),
    hooks: {
      before: [
        { function: "migrate", required: false },
        { name: "own", function: "nobody" },
      ],
    },
  });
  await publish(client, "news", "v1", functionCode("well"));
  expect(await deploy(client, "news", "v1")).toMatchObject({
    status: "rolled_back",
    reason: "Hook own: there is no function tutti-hook-nobody. Nothing had been changed.",
  });
  const settings = await client.environments.list();
  const { name, updatedAt, ...rest } = settings.items.find((one) => one.name === ENVIRONMENT)!;
  await client.environments.put(ENVIRONMENT, { ...rest, hooks: { allowPrivate: ["10.0.0.0/8"] } });
  const before = heard.length;
  await client.apps.put("news", { ...manifest("news"), hooks: { before: [{ url: `${served.url}/x` }] } });
  await publish(client, "news", "v2", functionCode("well"));
  const refused = await deploy(client, "news", "v2");
  expect(refused.reason).toMatch(/leads to 127\.0\.0\.1, which is not public\. Nothing had been changed\.$/);
  expect(heard.length).toBe(before);
});

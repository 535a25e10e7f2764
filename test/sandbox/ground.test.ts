// What a sandbox is to the machine it runs on: one per directory, several side by side, and nothing lost or left over
// when it is killed.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endOrphans } from "#sandbox/ground/orphans.ts";
import { isAlive } from "#sandbox/ground/processes.ts";
import { startSandbox } from "#sandbox/sandbox.ts";
import { aRole, aSandbox } from "#test/support/sandbox.ts";

const cleanups: (() => unknown)[] = [];
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sandbox-"));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Running = {
  child: ChildProcess;
  address: string;
  secretAccessKey: string;
  config: { region: string; endpoint: string; credentials: never; forcePathStyle: boolean };
};

async function runSandbox(): Promise<Running> {
  const child = spawn(process.execPath, ["test/support/run-sandbox.ts", directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  cleanups.push(() => child.kill("SIGKILL"));
  const [line] = await once(createInterface(child.stdout!), "line");
  const { endpoint, rootCredentials, address } = JSON.parse(line);
  const config = {
    region: "us-east-1",
    endpoint,
    credentials: rootCredentials,
    forcePathStyle: true,
  } as never;
  return { child, address, secretAccessKey: rootCredentials.secretAccessKey, config };
}

function spawnWith(environment: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn("sleep", ["60"], { env: { ...process.env, ...environment }, stdio: "ignore" });
  cleanups.push(() => child.kill("SIGKILL"));
  return child;
}

test("after kill -9 everything that was answered is still there", async () => {
  const first = await runSandbox();
  const table = {
    TableName: "items",
    BillingMode: "PAY_PER_REQUEST" as const,
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" as const }],
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" as const }],
  };
  const before = new dynamodb.DynamoDBClient(first.config);
  await before.send(new dynamodb.CreateTableCommand(table));
  for (let n = 0; n < 50; n++)
    await before.send(new dynamodb.PutItemCommand({ TableName: "items", Item: { pk: { S: `${n}` } } }));
  const s3 = new S3Client(first.config);
  await s3.send(new CreateBucketCommand({ Bucket: "artifacts" }));
  await s3.send(new PutObjectCommand({ Bucket: "artifacts", Key: "k", Body: "kept" }));
  first.child.kill("SIGKILL");
  await once(first.child, "exit");

  const second = await runSandbox();
  expect(second.secretAccessKey).toBe(first.secretAccessKey);
  expect(second.address).toBe(first.address);
  const after = new dynamodb.DynamoDBClient(second.config);
  expect((await after.send(new dynamodb.ScanCommand({ TableName: "items" }))).Count).toBe(50);
  const object = await new S3Client(second.config).send(
    new GetObjectCommand({ Bucket: "artifacts", Key: "k" }),
  );
  expect(await object.Body?.transformToString()).toBe("kept");
});

test("a directory has one sandbox at a time", async () => {
  const { child } = await runSandbox();
  await expect(startSandbox({ directory, port: 0, timeScale: 1 })).rejects.toThrow(
    `${directory} is in use by another sandbox (process ${child.pid})`,
  );
});

test("a port that is taken is an error, and leaves the directory free", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => server.close());
  const { port } = server.address() as { port: number };
  await expect(startSandbox({ directory, port, timeScale: 1 })).rejects.toMatchObject({ code: "EADDRINUSE" });
  const sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  await sandbox.stop();
});

test("sandboxes side by side have addresses of their own, and get them back", async () => {
  const one = await aSandbox();
  const two = await aSandbox();
  cleanups.push(() => two.remove());
  const addresses = [one.platform.addressFor("web/0"), two.platform.addressFor("web/0")];
  expect(new Set(addresses).size).toBe(2);
  await one.stop();
  const again = await aSandbox({ directory: one.directory });
  cleanups.push(() => again.remove());
  expect(again.platform.addressFor("web/0")).toBe(addresses[0]);
});

test("a sandbox that comes back waits for its addresses until what it had is gone", async () => {
  const one = await aSandbox();
  const address = one.platform.addressFor("web/0");
  await one.stop();
  const leftover = createServer().listen(0, address);
  cleanups.push(() => leftover.close());
  await once(leftover, "listening");
  const again = aSandbox({ directory: one.directory });
  setTimeout(() => leftover.close(), 200);
  const two = await again;
  cleanups.push(() => two.remove());
  expect(two.platform.addressFor("web/0")).toBe(address);
});

test("a role and its key are there after a restart", async () => {
  const one = await aSandbox();
  const arn = await aRole(one, "kept", [{ Action: "dynamodb:*", Resource: "*" }]);
  const { credentials } = one.config(arn);
  await one.stop();
  const two = await aSandbox({ directory: one.directory });
  cleanups.push(() => two.remove());
  const client = new dynamodb.DynamoDBClient({ ...two.config(), credentials });
  expect((await client.send(new dynamodb.ListTablesCommand({}))).TableNames).toEqual([]);
});

test("what a killed sandbox left running is ended at the next start, and nothing else", async () => {
  const orphan = spawnWith({ SANDBOX_DIRECTORY: directory });
  const stranger = spawnWith({ SANDBOX_DIRECTORY: `${directory}-other` });
  const sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  cleanups.push(() => sandbox.stop());
  expect([isAlive(orphan.pid!), isAlive(stranger.pid!)]).toEqual([false, true]);
});

test("ending orphans says how many there were", async () => {
  spawnWith({ SANDBOX_DIRECTORY: directory });
  spawnWith({ SANDBOX_DIRECTORY: directory });
  expect(await endOrphans(directory)).toBe(2);
  expect(await endOrphans(directory)).toBe(0);
});

test("a stop that is asked for twice happens once", async () => {
  const sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  await Promise.all([sandbox.stop(), sandbox.stop()]);
  await expect(fetch(sandbox.endpoint)).rejects.toThrow("fetch failed");
});

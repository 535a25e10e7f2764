// DynamoDB on disk: dynalite's engine, with instant tables and time to live added. Transactions, streams and backups
// are not implemented, and say so.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PassthroughService } from "../endpoint/passthrough-json.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import { ENGINE_OPERATIONS, type Engine, openEngine } from "./engine.ts";
import { createTimeToLive } from "./time-to-live.ts";

type Json = Record<string, unknown>;

export function createDynamoDb(platform: Platform): PassthroughService {
  const directory = join(platform.directory, "dynamodb");
  const engine = openEngine(join(directory, "tables"), platform.accountId, platform.region);
  const timeToLive = createTimeToLive(platform, engine, join(directory, "time-to-live"));
  const handlers: Record<string, Handler> = { ...timeToLive.handlers };
  for (const operation of ENGINE_OPERATIONS) handlers[operation] = (input) => engine.run(operation, input);
  handlers.CreateTable = (input) => createTable(engine, input);
  handlers.DeleteTable = (input) => deleteTable(engine, input);
  return {
    name: "dynamodb",
    target: "DynamoDB_20120810",
    handlers,
    iamResources: Object.fromEntries(
      Object.keys(handlers).map((operation) => [operation, (input: Json) => resourcesOf(platform, input)]),
    ),
    start: timeToLive.start,
    async stop() {
      timeToLive.stop();
      await engine.close();
    },
  };
}

function resourcesOf(platform: Platform, input: Json): string[] {
  const prefix = `arn:aws:dynamodb:${platform.region}:${platform.accountId}:table/`;
  if (typeof input.IndexName === "string") return [`${prefix}${input.TableName}/index/${input.IndexName}`];
  if (typeof input.TableName === "string") return [prefix + input.TableName];
  if (typeof input.ResourceArn === "string") return [input.ResourceArn];
  const tables = Object.keys((input.RequestItems as Json | undefined) ?? {});
  return tables.length > 0 ? tables.map((table) => prefix + table) : ["*"];
}

/** Answers once the table can be written to: dynalite makes it active a moment after its own answer. */
async function createTable(engine: Engine, input: Json): Promise<Json> {
  const created = await engine.run("CreateTable", input);
  const name = (created.TableDescription as Json).TableName;
  for (let attempt = 0; attempt < 500; attempt++) {
    const { Table } = (await engine.run("DescribeTable", { TableName: name })) as { Table: Json };
    if (Table.TableStatus === "ACTIVE") return { TableDescription: Table };
    await sleep(2);
  }
  throw new AwsError("InternalFailure", `The table ${name} does not become active.`);
}

async function deleteTable(engine: Engine, input: Json): Promise<Json> {
  const deleted = await engine.run("DeleteTable", input);
  const name = (deleted.TableDescription as Json).TableName;
  for (let attempt = 0; attempt < 500; attempt++) {
    const { TableNames } = (await engine.run("ListTables", {})) as { TableNames: string[] };
    if (!TableNames.includes(name as string)) return deleted;
    await sleep(2);
  }
  throw new AwsError("InternalFailure", `The table ${name} does not go away.`);
}

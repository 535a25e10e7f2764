// Time to live: which attribute of a table holds the instant, and a pass that deletes what has expired. Like DynamoDB
// itself it deletes some time after the instant, so that readers must check it too.
import { openDocuments } from "../ground/documents.ts";
import type { Handler, Platform } from "../platform.ts";
import type { Engine } from "./engine.ts";

type Json = Record<string, unknown>;
type Specification = { TableName: string; AttributeName: string };

const PASS_EVERY_MS = 60_000;

export function createTimeToLive(platform: Platform, engine: Engine, directory: string) {
  const specifications = openDocuments<Specification>(directory);
  let timer: NodeJS.Timeout | undefined;
  const handlers: Record<string, Handler> = {
    async UpdateTimeToLive({ TableName, TimeToLiveSpecification }) {
      await engine.run("DescribeTable", { TableName });
      if (TimeToLiveSpecification.Enabled)
        specifications.set(TableName, { TableName, AttributeName: TimeToLiveSpecification.AttributeName });
      else specifications.delete(TableName);
      return { TimeToLiveSpecification };
    },
    async DescribeTimeToLive({ TableName }) {
      await engine.run("DescribeTable", { TableName });
      const found = specifications.get(TableName);
      if (!found) return { TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } };
      return {
        TimeToLiveDescription: { TimeToLiveStatus: "ENABLED", AttributeName: found.AttributeName },
      };
    },
  };
  return {
    handlers,
    async start() {
      timer = setInterval(() => {
        for (const specification of specifications.list())
          expire(engine, specification, platform.now()).catch((error) =>
            platform.log(`dynamodb: time to live of ${specification.TableName}: ${error.message}`),
          );
      }, PASS_EVERY_MS).unref();
    },
    stop() {
      clearInterval(timer);
    },
  };
}

/** Deletes only where the instant is still past: an item that was renewed in between stays. */
export async function expire(engine: Engine, { TableName, AttributeName }: Specification, nowMs: number) {
  const { Table } = (await engine.run("DescribeTable", { TableName })) as {
    Table: { KeySchema: { AttributeName: string }[] };
  };
  const condition = {
    ExpressionAttributeNames: { "#ttl": AttributeName },
    ExpressionAttributeValues: { ":now": { N: String(Math.floor(nowMs / 1000)) } },
  };
  let ExclusiveStartKey: unknown;
  do {
    const page = (await engine.run("Scan", {
      TableName,
      FilterExpression: "#ttl < :now",
      ...structuredClone(condition),
      ExclusiveStartKey,
    })) as { Items: Json[]; LastEvaluatedKey?: unknown };
    for (const item of page.Items) {
      const Key = Object.fromEntries(
        Table.KeySchema.map((key) => [key.AttributeName, item[key.AttributeName]]),
      );
      const request = { TableName, Key, ConditionExpression: "#ttl < :now", ...structuredClone(condition) };
      await engine.run("DeleteItem", request).catch((error) => {
        if (error.code !== "ConditionalCheckFailedException") throw error;
      });
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
}

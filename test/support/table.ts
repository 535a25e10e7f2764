// A table of one's own on dynalite, in memory and in this process: the store under test is the real one. Where
// TUTTI_TEST_TABLE_ENDPOINT leads elsewhere (test/foreign), the table is made there.

import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { documentClient } from "#store/client.ts";
import { TABLE_DEFINITION } from "#store/table-definition.ts";

export type TestTable = {
  dynamo: DynamoDBClient;
  client: ReturnType<typeof documentClient>;
  table: string;
  close(): Promise<void>;
};

export async function openTestTable(): Promise<TestTable> {
  const elsewhere = process.env.TUTTI_TEST_TABLE_ENDPOINT;
  const place = elsewhere ? { endpoint: elsewhere, close: async () => {} } : await openDynalite();
  const dynamo = new DynamoDBClient({
    region: "us-east-1",
    endpoint: place.endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const table = `tutti-${randomUUID()}`;
  const { ttlAttribute: _ttl, ...definition } = TABLE_DEFINITION;
  await dynamo.send(new CreateTableCommand({ TableName: table, ...definition }));
  await waitUntilTableExists({ client: dynamo, maxWaitTime: 30, minDelay: 1 }, { TableName: table });
  return {
    dynamo,
    client: documentClient(dynamo),
    table,
    close: async () => {
      if (elsewhere) await dynamo.send(new DeleteTableCommand({ TableName: table }));
      dynamo.destroy();
      await place.close();
    },
  };
}

async function openDynalite(): Promise<{ endpoint: string; close(): Promise<void> }> {
  const server: Server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

// A table of one's own on dynalite, in memory and in this process: the store under test is the real one.

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { documentClient } from "#store/client.ts";
import { TABLE_DEFINITION } from "#store/table-definition.ts";

export type TestTable = {
  dynamo: DynamoDBClient;
  client: ReturnType<typeof documentClient>;
  table: string;
  close(): Promise<void>;
};

export async function openTestTable(table = "tutti"): Promise<TestTable> {
  const server: Server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dynamo = new DynamoDBClient({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const { ttlAttribute: _ttl, ...definition } = TABLE_DEFINITION;
  await dynamo.send(new CreateTableCommand({ TableName: table, ...definition }));
  return {
    dynamo,
    client: documentClient(dynamo),
    table,
    close: async () => {
      dynamo.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

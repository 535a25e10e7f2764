// What is added to dynalite, and that its own parts are wired as the SDK expects them.
import * as dynamodb from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { openEngine } from "#sandbox/dynamodb/engine.ts";
import { expire } from "#sandbox/dynamodb/time-to-live.ts";
import { aRole, aSandbox, type TestSandbox } from "#test/support/sandbox.ts";
import { shared } from "#test/support/shared.ts";

let sandbox: TestSandbox;
let client: dynamodb.DynamoDBClient;
const table = {
  TableName: "items",
  BillingMode: "PAY_PER_REQUEST" as const,
  KeySchema: [{ AttributeName: "pk", KeyType: "HASH" as const }],
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" as const },
    { AttributeName: "gsi", AttributeType: "S" as const },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: "by-gsi",
      KeySchema: [{ AttributeName: "gsi", KeyType: "HASH" as const }],
      Projection: { ProjectionType: "ALL" as const },
    },
  ],
};

shared(
  async () => {
    sandbox = await aSandbox();
    client = new dynamodb.DynamoDBClient(sandbox.config());
    const created = await client.send(new dynamodb.CreateTableCommand(table));
    expect(created.TableDescription?.TableStatus).toBe("ACTIVE");
    expect(created.TableDescription?.TableArn).toBe("arn:aws:dynamodb:us-east-1:000000000000:table/items");
  },
  () => sandbox?.remove(),
);

test("a failed condition brings the item that was there, where it is asked for", async () => {
  const item = { pk: { S: "a" }, revision: { N: "3" }, bytes: { B: new Uint8Array([1, 2]) } };
  await client.send(new dynamodb.PutItemCommand({ TableName: "items", Item: item }));
  const stale = {
    TableName: "items",
    Key: { pk: { S: "a" } },
    UpdateExpression: "SET revision = :next",
    ConditionExpression: "revision = :seen",
    ExpressionAttributeValues: { ":seen": { N: "2" }, ":next": { N: "3" } },
  };
  const asked = client.send(
    new dynamodb.UpdateItemCommand({ ...stale, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
  );
  await expect(asked).rejects.toBeInstanceOf(dynamodb.ConditionalCheckFailedException);
  await expect(asked).rejects.toMatchObject({ Item: item });
  const silent = await client.send(new dynamodb.UpdateItemCommand(stale)).catch((error) => error);
  expect(silent.Item).toBeUndefined();
});

test("an index is queried, and permission for it is asked for by its own name", async () => {
  await client.send(
    new dynamodb.PutItemCommand({ TableName: "items", Item: { pk: { S: "q" }, gsi: { S: "g" } } }),
  );
  const query = new dynamodb.QueryCommand({
    TableName: "items",
    IndexName: "by-gsi",
    KeyConditionExpression: "gsi = :g",
    ExpressionAttributeValues: { ":g": { S: "g" } },
  });
  expect((await client.send(query)).Items).toEqual([{ pk: { S: "q" }, gsi: { S: "g" } }]);
  const role = await aRole(sandbox, "reader", [
    { Action: "dynamodb:Query", Resource: "arn:aws:dynamodb:*:*:table/items" },
  ]);
  const denied = new dynamodb.DynamoDBClient(sandbox.config(role)).send(query);
  await expect(denied).rejects.toThrow("table/items/index/by-gsi");
});

test("time to live is remembered and described", async () => {
  const TimeToLiveSpecification = { Enabled: true, AttributeName: "expiresAt" };
  await client.send(new dynamodb.UpdateTimeToLiveCommand({ TableName: "items", TimeToLiveSpecification }));
  const { TimeToLiveDescription } = await client.send(
    new dynamodb.DescribeTimeToLiveCommand({ TableName: "items" }),
  );
  expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "expiresAt" });
  await expect(
    client.send(new dynamodb.DescribeTimeToLiveCommand({ TableName: "none" })),
  ).rejects.toBeInstanceOf(dynamodb.ResourceNotFoundException);
});

test("a pass deletes what has expired and nothing else", async () => {
  const engine = openEngine(`${sandbox.directory}/ttl-test`, "000000000000", "us-east-1");
  await engine.run("CreateTable", structuredClone({ ...table, TableName: "expiring" }));
  const described = () => engine.run("DescribeTable", { TableName: "expiring" });
  await expect.poll(described).toMatchObject({ Table: { TableStatus: "ACTIVE" } });
  for (const [pk, N] of Object.entries({ past: "1000", future: "3000" }))
    await engine.run("PutItem", { TableName: "expiring", Item: { pk: { S: pk }, expiresAt: { N } } });
  await engine.run("PutItem", { TableName: "expiring", Item: { pk: { S: "never" } } });
  await expire(engine, { TableName: "expiring", AttributeName: "expiresAt" }, 2_000_000);
  const { Items } = (await engine.run("Scan", { TableName: "expiring" })) as {
    Items: { pk: { S: string } }[];
  };
  expect(Items.map((item) => item.pk.S).sort()).toEqual(["future", "never"]);
  await engine.close();
});

test("transactions are refused by name", async () => {
  const Put = { TableName: "items", Item: { pk: { S: "t" } } };
  const transact = client.send(new dynamodb.TransactWriteItemsCommand({ TransactItems: [{ Put }] }));
  await expect(transact).rejects.toThrow("does not implement dynamodb:TransactWriteItems");
});

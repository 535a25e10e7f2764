// docs/operating.md, "Restore from a backup", played as far as the sandbox goes: its table has no point in time to go back to, so what it held
// then is read out and put into a new table of the same name, which is what RestoreTableFromBackup answers. Everything else is as the page
// says: writers are stopped by their concurrency, the table is deleted and made again, and the sweep finds out what is live.
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import {
  DeleteFunctionConcurrencyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TABLE_DEFINITION } from "#store/table-definition.ts";
import { type OwnHouse, openOwnHouse } from "#test/support/own-house.ts";
import {
  deploy,
  ENVIRONMENT,
  functionCode,
  functionManifest,
  publish,
  settled,
  start,
  whenever,
} from "#test/support/release-of.ts";

const APP = "backed-up";
const TableName = "tutti";
/** As the page stops them. */
const WRITERS = ["tutti-api", "tutti-events-sweep"];

let house: OwnHouse;
beforeAll(async () => {
  house = await openOwnHouse({ servers: 0 });
});
afterAll(() => house?.close());

type Item = Record<string, AttributeValue>;

async function backup(dynamo: DynamoDBClient): Promise<Item[]> {
  const items: Item[] = [];
  let ExclusiveStartKey: Item | undefined;
  do {
    const page = await dynamo.send(new ScanCommand({ TableName, ExclusiveStartKey, ConsistentRead: true }));
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
}

async function restore(dynamo: DynamoDBClient, items: Item[]): Promise<void> {
  const { ttlAttribute: _, ...definition } = TABLE_DEFINITION;
  await dynamo.send(new DeleteTableCommand({ TableName }));
  await expect.poll(() => made(dynamo, definition)).toBe(true);
  // At most 25 at once (DynamoDB API reference, BatchWriteItem).
  for (let i = 0; i < items.length; i += 25) {
    const puts = items.slice(i, i + 25).map((item) => ({ PutRequest: { Item: item } }));
    await expect.poll(() => put(dynamo, puts)).toBe(0);
  }
}

/** A table that is being deleted is in the way of the new one for a moment, and the new one is active a moment later. */
const made = (dynamo: DynamoDBClient, definition: Omit<typeof TABLE_DEFINITION, "ttlAttribute">) =>
  dynamo.send(new CreateTableCommand({ TableName, ...definition })).then(
    () => true,
    () => false,
  );

const put = (dynamo: DynamoDBClient, puts: { PutRequest: { Item: Item } }[]) =>
  dynamo.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } })).then(
    ({ UnprocessedItems = {} }) => Object.keys(UnprocessedItems).length,
    () => -1,
  );

test("an installation that is put back to an earlier second plans from what is live: what was open then comes to its end, nothing that runs stops, and what was forgotten is shipped again", async () => {
  const { client } = house;
  const dynamo = new DynamoDBClient(house.access());
  const lambda = new LambdaClient(house.access());
  const manifest = functionManifest(APP);
  await client.apps.put(APP, manifest);
  for (const version of ["v1", "v2"]) await publish(client, APP, version, functionCode("well"));
  expect((await deploy(client, APP, "v1")).status).toBe("succeeded");

  // The second that is gone back to: v2 has half of the traffic.
  const open = await start(client, APP, "v2", { bakeSeconds: 8 });
  await whenever(client, open.id, ({ status, progress }) => status === "running" && progress.done > 0);
  const kept = await backup(dynamo);
  expect((await settled(client, open.id)).status).toBe("succeeded");
  await publish(client, APP, "v3", functionCode("well"));
  expect((await deploy(client, APP, "v3")).status).toBe("succeeded");

  const { endpoint } = await client.targets.get(APP, ENVIRONMENT);
  let [asked, failed, stopped] = [0, 0, false];
  const load = (async () => {
    while (!stopped) {
      const answer = await fetch(endpoint!).catch(() => null);
      asked += 1;
      if (!answer?.ok) failed += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();

  for (const FunctionName of WRITERS)
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  await restore(dynamo, kept);
  for (const FunctionName of WRITERS)
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));

  // What came after is forgotten, what was open is open again, and the sweep carries it on: its execution has long ended.
  expect((await client.releases.list(APP)).items.map(({ version }) => version)).toEqual(["v2", "v1"]);
  const again = await settled(client, open.id);
  expect(again).toMatchObject({ status: "succeeded", version: "v2" });
  // The target changes hands a moment after the end, where an execution was carried on.
  await expect
    .poll(() => client.targets.get(APP, ENVIRONMENT), { timeout: 180_000, interval: 1000 })
    .toMatchObject({
      release: "v2",
      activeDeployment: null,
      traffic: [{ version: "v2", percent: 100 }],
    });

  await publish(client, APP, "v3", functionCode("well"));
  expect((await deploy(client, APP, "v3")).status).toBe("succeeded");
  expect(await (await fetch(endpoint!)).text()).toBe("v3");
  stopped = true;
  await load;
  expect(asked).toBeGreaterThan(20);
  expect(failed).toBe(0);
});

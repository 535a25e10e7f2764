// The few ways in which the store touches DynamoDB. Reads are consistent; a write that must not overwrite says so in
// its condition, and a failed condition becomes a Conflict with the item that was there.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type BatchWriteCommandOutput,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from "@aws-sdk/lib-dynamodb";
import { TuttiError } from "#core/errors.ts";
import { Conflict } from "./conflict.ts";
import type { IndexName, ItemKey } from "./keys.ts";

export type Item = Record<string, unknown>;

export type Condition = { expression: string; names?: Record<string, string>; values?: Item };

export const ABSENT: Condition = { expression: "attribute_not_exists(pk)" };

export function atRevision(revision: number): Condition {
  return { expression: "#revision = :was", names: { "#revision": "revision" }, values: { ":was": revision } };
}

export type Query = {
  pk: string;
  index?: IndexName;
  /** Sort keys after this one (before it when descending). */
  startKey?: Item | undefined;
  prefix?: string;
  /** Only sort keys greater than this. */
  greaterThan?: string;
  /** Only sort keys from the first to the second, both included. */
  between?: [string, string];
  descending?: boolean;
  limit: number;
};

export type Table = {
  get(key: ItemKey): Promise<Item | undefined>;
  put(item: Item & ItemKey, condition?: Condition): Promise<void>;
  remove(key: ItemKey): Promise<void>;
  query(query: Query): Promise<{ items: Item[]; lastKey: Item | undefined }>;
  getAll(all: ItemKey[]): Promise<Item[]>;
  putAll(items: (Item & ItemKey)[]): Promise<void>;
};

export function openTable(
  client: DynamoDBDocumentClient,
  name: string,
  sleep: (ms: number) => Promise<void>,
): Table {
  const get = async (key: ItemKey) =>
    (await client.send(new GetCommand({ TableName: name, Key: key, ConsistentRead: true }))).Item;
  return {
    get,
    put: (item, condition) => put(client, name, item, condition, get),
    remove: async (key) => {
      await client.send(new DeleteCommand({ TableName: name, Key: key }));
    },
    query: (request) => query(client, name, request),
    getAll: (all) => getAll(client, name, all, sleep),
    putAll: (items) => putAll(client, name, items, sleep),
  };
}

async function put(
  client: DynamoDBDocumentClient,
  name: string,
  item: Item & ItemKey,
  condition: Condition | undefined,
  get: Table["get"],
): Promise<void> {
  try {
    await client.send(
      new PutCommand({
        TableName: name,
        Item: item,
        ...(condition && {
          ConditionExpression: condition.expression,
          ExpressionAttributeNames: condition.names,
          ExpressionAttributeValues: condition.values,
          ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
        }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    // The error carries the item marshalled, and not every emulator sends it: reading again serves both.
    const current = await get({ pk: item.pk, sk: item.sk });
    throw new Conflict("Somebody else changed it in between.", current ?? null, "stale_write");
  }
}

async function query(client: DynamoDBDocumentClient, name: string, request: Query) {
  const [pk, sk] = request.index ? [`${request.index}pk`, `${request.index}sk`] : ["pk", "sk"];
  const sort = sortCondition(request);
  const answer = await client.send(
    new QueryCommand({
      TableName: name,
      IndexName: request.index,
      KeyConditionExpression: `#pk = :pk${sort?.text ?? ""}`,
      ExpressionAttributeNames: { "#pk": pk, ...(sort && { "#sk": sk }) },
      ExpressionAttributeValues: { ":pk": request.pk, ...sort?.values },
      ExclusiveStartKey: request.startKey,
      ScanIndexForward: !request.descending,
      ConsistentRead: !request.index,
      Limit: request.limit,
    }),
  );
  return { items: answer.Items ?? [], lastKey: answer.LastEvaluatedKey };
}

function sortCondition({ prefix, greaterThan, between }: Query): { text: string; values: Item } | undefined {
  if (prefix) return { text: " AND begins_with(#sk, :sk)", values: { ":sk": prefix } };
  if (greaterThan) return { text: " AND #sk > :sk", values: { ":sk": greaterThan } };
  if (between)
    return { text: " AND #sk BETWEEN :sk AND :to", values: { ":sk": between[0], ":to": between[1] } };
  return undefined;
}

const GET_AT_ONCE = 100;
const PUT_AT_ONCE = 25;
const ROUNDS = 8;

type Writes = NonNullable<BatchWriteCommandInput["RequestItems"]>[string];

/** In the order asked for; keys without an item are left out. */
async function getAll(
  client: DynamoDBDocumentClient,
  name: string,
  all: ItemKey[],
  sleep: (ms: number) => Promise<void>,
): Promise<Item[]> {
  const found = new Map<string, Item>();
  for (let i = 0; i < all.length; i += GET_AT_ONCE) {
    let rest: Item[] | undefined = all.slice(i, i + GET_AT_ONCE);
    for (let round = 0; rest?.length; round++) {
      await backOff(round, sleep);
      const answer: {
        Responses?: Record<string, Item[]>;
        UnprocessedKeys?: Record<string, { Keys?: Item[] }>;
      } = await client.send(
        new BatchGetCommand({ RequestItems: { [name]: { Keys: rest, ConsistentRead: true } } }),
      );
      for (const item of answer.Responses?.[name] ?? []) found.set(`${item.pk} ${item.sk}`, item);
      rest = answer.UnprocessedKeys?.[name]?.Keys as Item[] | undefined;
    }
  }
  return all.map((key) => found.get(`${key.pk} ${key.sk}`)).filter((item) => item !== undefined);
}

async function putAll(
  client: DynamoDBDocumentClient,
  name: string,
  items: (Item & ItemKey)[],
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < items.length; i += PUT_AT_ONCE) {
    let rest: Writes | undefined = items.slice(i, i + PUT_AT_ONCE).map((Item) => ({ PutRequest: { Item } }));
    for (let round = 0; rest?.length; round++) {
      await backOff(round, sleep);
      const answer: BatchWriteCommandOutput = await client.send(
        new BatchWriteCommand({ RequestItems: { [name]: rest } }),
      );
      rest = answer.UnprocessedItems?.[name];
    }
  }
}

/** What DynamoDB hands back as unprocessed is asked for again, a little later each time. */
async function backOff(round: number, sleep: (ms: number) => Promise<void>): Promise<void> {
  if (round >= ROUNDS) throw new TuttiError("unreachable", "The table takes no more requests at the moment.");
  if (round > 0) await sleep(25 * 2 ** round);
}

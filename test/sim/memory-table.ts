// The document client as far as the store uses it (packages/store/table.ts), in memory and without a network: so that a simulated
// day needs no real time. memory-table.test.ts holds it against dynalite; an expression that it does not know is refused.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

type Item = Record<string, unknown>;
type Input = Record<string, unknown>;

export type MemoryTable = {
  send: DynamoDBDocumentClient["send"];
  /** As it stands, without a call. Not to be changed. */
  peek(pk: string, sk: string): Item | undefined;
  /** All items of a partition, by sort key. */
  peekAll(pk: string): Item[];
};

/** `onPut` sees each write that was made, with what was there before. */
export function memoryTable(onPut: (after: Item, before: Item | undefined) => void = () => {}): MemoryTable {
  const partitions = new Map<string, Map<string, Item>>();
  const peek = (pk: string, sk: string) => partitions.get(pk)?.get(sk);
  const put = (given: Item) => {
    const item = copied(given) as Item;
    const { pk, sk } = item as { pk: string; sk: string };
    const partition = partitions.get(pk) ?? new Map<string, Item>();
    partitions.set(pk, partition);
    const before = partition.get(sk);
    partition.set(sk, item);
    onPut(item, before);
  };
  const remove = ({ pk, sk }: Item) => void partitions.get(pk as string)?.delete(sk as string);
  const handlers: Record<string, (input: Input) => unknown> = {
    GetCommand: ({ Key }) => ({ Item: copied(peek((Key as Item).pk as string, (Key as Item).sk as string)) }),
    PutCommand: (input) => {
      const item = input.Item as Item;
      assertCondition(input, peek(item.pk as string, item.sk as string));
      put(item);
      return {};
    },
    DeleteCommand: ({ Key }) => {
      remove(Key as Item);
      return {};
    },
    QueryCommand: (input) => query(partitions, input),
    BatchGetCommand: ({ RequestItems }) => ({
      Responses: mapped(RequestItems as Record<string, { Keys: Item[] }>, ({ Keys }) =>
        Keys.flatMap((key) => copied(peek(key.pk as string, key.sk as string)) ?? []),
      ),
    }),
    BatchWriteCommand: ({ RequestItems }) => {
      const writes = Object.values(RequestItems as Record<string, Record<string, Input>[]>).flat();
      for (const { PutRequest, DeleteRequest } of writes) {
        if (PutRequest) put(PutRequest.Item as Item);
        if (DeleteRequest) remove(DeleteRequest.Key as Item);
      }
      return {};
    },
  };
  const send = async (command: { constructor: { name: string }; input: Input }) => {
    const handler = handlers[command.constructor.name];
    if (!handler) throw new Error(`the table in memory knows no ${command.constructor.name}`);
    return handler(command.input);
  };
  return { send: send as never, peek, peekAll: (pk) => sorted(partitions.get(pk)?.values() ?? [], "sk") };
}

function assertCondition(
  { ConditionExpression, ExpressionAttributeValues }: Input,
  there: Item | undefined,
): void {
  const holds = {
    undefined: () => true,
    "attribute_not_exists(pk)": () => there === undefined,
    "#revision = :was": () =>
      there !== undefined && there.revision === (ExpressionAttributeValues as Item)[":was"],
  }[String(ConditionExpression)];
  if (!holds) throw new Error(`the table in memory does not know the condition ${ConditionExpression}`);
  if (!holds()) throw new ConditionalCheckFailedException({ message: "not so", $metadata: {} });
}

function query(partitions: Map<string, Map<string, Item>>, input: Input) {
  const names = input.ExpressionAttributeNames as Record<string, string>;
  const values = input.ExpressionAttributeValues as Record<string, string>;
  const [pk, sk] = [names["#pk"]!, sortKeyOf(names["#pk"]!)];
  const own = pk === "pk" ? (partitions.get(values[":pk"]!)?.values() ?? []) : everyItem(partitions);
  const inOrder = sorted(
    [...own].filter((item) => item[pk] === values[":pk"]),
    sk,
  );
  const wanted = inOrder.filter((item) =>
    isWanted(input.KeyConditionExpression as string, item[sk] as string, values),
  );
  if (input.ScanIndexForward === false) wanted.reverse();
  const start = input.ExclusiveStartKey as Item | undefined;
  const from = start ? wanted.findIndex((item) => item.pk === start.pk && item.sk === start.sk) + 1 : 0;
  const limit = input.Limit as number;
  const page = wanted.slice(from, from + limit);
  const last = page.at(-1);
  const isMore = page.length === limit && last !== undefined;
  const key = isMore ? { pk: last.pk, sk: last.sk, [pk]: last[pk], [sk]: last[sk] } : undefined;
  // Indexes hold keys only.
  const items =
    pk === "pk" ? page : page.map((item) => ({ pk: item.pk, sk: item.sk, [pk]: item[pk], [sk]: item[sk] }));
  return { Items: items.map(copied), LastEvaluatedKey: key };
}

function sortKeyOf(pk: string): string {
  return pk.replace(/pk$/, "sk");
}

function* everyItem(partitions: Map<string, Map<string, Item>>): Iterable<Item> {
  for (const partition of partitions.values()) yield* partition.values();
}

function isWanted(expression: string, sk: string, values: Record<string, string>): boolean {
  const sort = expression.replace(/^#pk = :pk/, "");
  if (sort === "") return true;
  if (sort === " AND begins_with(#sk, :sk)") return sk.startsWith(values[":sk"]!);
  if (sort === " AND #sk > :sk") return sk > values[":sk"]!;
  if (sort === " AND #sk BETWEEN :sk AND :to") return sk >= values[":sk"]! && sk <= values[":to"]!;
  throw new Error(`the table in memory does not know ${expression}`);
}

function sorted(items: Iterable<Item>, by: string): Item[] {
  return [...items].sort((a, b) => ((a[by] as string) < (b[by] as string) ? -1 : 1));
}

function mapped<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** As it comes back from a table: a copy, without what is undefined. */
function copied<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copied) as T;
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return value.slice() as T;
  const copy: Item = {};
  for (const [key, one] of Object.entries(value)) if (one !== undefined) copy[key] = copied(one);
  return copy as T;
}

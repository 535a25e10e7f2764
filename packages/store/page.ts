// Pages of a list: newest first unless said otherwise, an opaque cursor, never more than 200 items. A filter reads on
// until the page is full, but only so far per call; the cursor then says where to go on.
import { TuttiError } from "#core/errors.ts";
import type { ItemKey } from "./keys.ts";
import type { Item, Query, Table } from "./table.ts";

export type PageRequest = { limit?: number | undefined; cursor?: string | undefined };
export type Page<T> = { items: T[]; cursor: string | null };

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const READ_AT_ONCE = 100;
const MAX_READS = 20;

type ListQuery = Omit<Query, "limit" | "startKey">;

/** A page of a list. Index lists (keys only) read the items they name. */
export async function page<T>(
  table: Table,
  query: ListQuery,
  request: PageRequest,
  parse: (item: Item) => T,
  keep: (value: T) => boolean = () => true,
): Promise<Page<T>> {
  const limit = pageLimit(request);
  let startKey = request.cursor ? decodeCursor(request.cursor, query) : undefined;
  const items: T[] = [];
  for (let read = 0; read < MAX_READS; read++) {
    const answer = await table.query({ ...query, startKey, limit: Math.max(READ_AT_ONCE, limit + 1) });
    const whole = query.index ? await table.getAll(answer.items.map(keyOf)) : answer.items;
    for (const [i, item] of whole.entries()) {
      const value = parse(item);
      if (!keep(value)) continue;
      items.push(value);
      if (items.length < limit) continue;
      const more = i + 1 < whole.length || answer.lastKey !== undefined;
      return { items, cursor: more ? encodeCursor(cursorKey(item, query)) : null };
    }
    startKey = answer.lastKey;
    if (!startKey) return { items, cursor: null };
  }
  return { items, cursor: startKey ? encodeCursor(startKey) : null };
}

export function pageLimit({ limit }: PageRequest): number {
  return Math.min(Math.max(limit ?? DEFAULT_LIMIT, 1), MAX_LIMIT);
}

/** All of a list, page by page: for lists that are bounded by what there is (apps, targets). */
export async function everything<T>(list: (request: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await list({ limit: MAX_LIMIT, cursor });
    found.push(...page.items);
    cursor = page.cursor;
  }
  return found;
}

function keyOf(item: Item): ItemKey {
  return { pk: item.pk as string, sk: item.sk as string };
}

function cursorKey(item: Item, query: ListQuery): Item {
  const own = keyOf(item);
  if (!query.index) return own;
  return {
    ...own,
    [`${query.index}pk`]: item[`${query.index}pk`],
    [`${query.index}sk`]: item[`${query.index}sk`],
  };
}

export function encodeCursor(key: Item): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

export function decodeCursor(cursor: string, query: Pick<ListQuery, "pk" | "index">): Item {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (isKey(key) && key[query.index ? `${query.index}pk` : "pk"] === query.pk) return key;
  } catch {
    // Falls through to the same answer: it is no cursor of ours.
  }
  const message = "is not a cursor of this list; leave it out to begin at the top";
  throw new TuttiError("invalid_input", `cursor: ${message}`, { errors: [{ path: "cursor", message }] });
}

function isKey(value: unknown): value is Item {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((one) => typeof one === "string")
  );
}

// Deliveries; kept for 30 days. One has the same id whoever makes it, so that a notice that is told twice is delivered once. While
// it is pending it stands in an index of its own by its next attempt, where the sweep finds it.
import { createHash } from "node:crypto";
import type { Delivery } from "#core/domain/delivery.ts";
import type { Notice } from "#core/domain/notice.ts";
import { idSource } from "#core/ids.ts";
import { Conflict } from "./conflict.ts";
import { keys, lists } from "./keys.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import { ABSENT, atRevision, type Item, type Table } from "./table.ts";

const KEPT_SECONDS = 30 * 86_400;

export type Deliveries = {
  get(id: string): Promise<Delivery | null>;
  /** `false` where it is there already, which leaves it as it is. */
  add(delivery: Delivery): Promise<boolean>;
  /** Pure change; `null` where it, or somebody who was quicker, left nothing to do. */
  change(id: string, change: (delivery: Delivery) => Delivery | null): Promise<Delivery | null>;
  list(request?: PageRequest, keep?: (delivery: Delivery) => boolean): Promise<Page<Delivery>>;
  /** Ids of those whose next attempt is due, the longest due first. The index is behind by moments. */
  listDue(at: string, limit: number): Promise<string[]>;
};

export function deliveriesIn(table: Table): Deliveries {
  const get = async (id: string) => {
    const item = await table.get(keys.delivery(id));
    return item ? parse(item) : null;
  };
  return {
    get,
    add: (delivery) => unlessConflict(table.put(itemOf(delivery), ABSENT)),
    change: async (id, change) => {
      const before = await get(id);
      const changed = before && change(before);
      if (!changed) return null;
      const after = { ...changed, revision: before.revision + 1 };
      return (await unlessConflict(table.put(itemOf(after), atRevision(before.revision)))) ? after : null;
    },
    list: (request = {}, keep) =>
      page(table, { pk: lists.deliveries, descending: true }, request, parse, keep),
    listDue: async (at, limit) => {
      const { items } = await table.query({
        pk: lists.dueDeliveries,
        index: "gsi2",
        between: ["0", at],
        limit,
      });
      return items.map((item) => item.sk as string);
    },
  };
}

/** The same for the same notice and receiver; it sorts by the notice's age. */
export function deliveryId({ id, at }: Pick<Notice, "id" | "at">, receiver: string): string {
  const bytes = [...createHash("sha256").update(`${id} ${receiver}`).digest()];
  return idSource(
    () => Date.parse(at),
    () => (bytes.shift() ?? 0) / 256,
  )("ntf");
}

async function unlessConflict(write: Promise<void>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}

function itemOf({ notice, ...delivery }: Delivery) {
  const ttl = Math.floor(Date.parse(delivery.createdAt) / 1000) + KEPT_SECONDS;
  return {
    ...delivery,
    notice: JSON.stringify(notice),
    ...keys.delivery(delivery.id),
    ...keys.deliveryLists(delivery.nextAttemptAt),
    ttl,
  };
}

function parse(item: Item): Delivery {
  const { pk, sk, gsi2pk, gsi2sk, ttl, notice, ...delivery } = item;
  return { ...delivery, notice: JSON.parse(notice as string) as Notice } as Delivery;
}

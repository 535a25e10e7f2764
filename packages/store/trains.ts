// Trains. Each is one item, and every change of it: read, pure function, conditional write on the revision, again on a conflict.
// While a train is open it stands in an index of its own, where the sweep finds it. A change of the status is told right behind
// its write.
import type { Meter } from "#core/domain/cost.ts";
import type { Notice } from "#core/domain/notice.ts";
import { isTrainEnded, type Train } from "#core/domain/train.ts";
import { TuttiError } from "#core/errors.ts";
import { trainNotices } from "#core/notify/notice-of-train.ts";
import { charged } from "./charged.ts";
import { keys, lists } from "./keys.ts";
import { pack, unpack } from "./pack.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import { type Pause, retryingStaleWrites } from "./retrying.ts";
import { ABSENT, atRevision, type Item, type Table } from "./table.ts";

const PACKED: (keyof Train & string)[] = ["members"];

export type Trains = {
  get(id: string): Promise<Train | null>;
  /** Throws `not_found`. */
  need(id: string): Promise<Train>;
  /** Stores a train that is not there yet, as revision 1. */
  create(train: Train): Promise<Train>;
  /** Pure change; `null` writes nothing. The train as it stands then. Throws `not_found`. */
  change(id: string, change: (train: Train) => Train | null): Promise<Train>;
  list(request?: PageRequest, keep?: (train: Train) => boolean): Promise<Page<Train>>;
  /** Those that have not ended. The index is behind by moments. */
  listOpen(request?: PageRequest): Promise<Page<Train>>;
};

/** `at` gives the instant that a change of status is stamped with. */
export function trainsIn(
  table: Table,
  pause: Pause,
  at: () => string,
  tell: (notices: Notice[]) => Promise<void>,
  meter?: Meter,
): Trains {
  const get = async (id: string) => parse(await table.get(keys.train(id)));
  const need = async (id: string) => (await get(id)) ?? missing(id);
  return {
    get,
    need,
    create: async (train) => {
      const first = await charged(
        meter,
        { ...train, revision: 1 },
        (one) => table.put(itemOf(one), ABSENT),
        0,
      );
      await tell(trainNotices(first));
      return first;
    },
    change: async (id, change) => {
      const { before, after } = await retryingStaleWrites(pause, async () => {
        const before = await need(id);
        const changed = change(before);
        if (!changed) return { before, after: before };
        const moved = changed.status === before.status ? {} : { statusAt: at() };
        const next = { ...changed, ...moved, revision: before.revision + 1 };
        const after = await charged(meter, next, (one) =>
          table.put(itemOf(one), atRevision(before.revision)),
        );
        return { before, after };
      });
      if (after.status !== before.status) await tell(trainNotices(after));
      return after;
    },
    list: (request = {}, keep) =>
      page(
        table,
        { pk: lists.trains, index: "gsi1", descending: true },
        request,
        (item) => parse(item)!,
        keep,
      ),
    listOpen: (request = {}) =>
      page(table, { pk: lists.openTrains, index: "gsi2" }, request, (item) => parse(item)!),
  };
}

function itemOf(train: Train) {
  return {
    ...pack({ ...train } as Train & Record<string, unknown>, PACKED),
    ...keys.train(train.id),
    ...keys.trainLists(train.id, !isTrainEnded(train)),
  };
}

function parse(item: Item | undefined): Train | null {
  if (!item) return null;
  const { pk, sk, gsi1pk, gsi1sk, gsi2pk, gsi2sk, ...train } = item;
  return unpack(train, PACKED) as unknown as Train;
}

function missing(id: string): never {
  throw new TuttiError("not_found", `There is no train ${id}.`);
}

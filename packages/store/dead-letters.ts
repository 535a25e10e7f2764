// Events that could not be handled; kept for 30 days. The same one may be told of twice, and is kept once.
import type { DeadLetter } from "#core/domain/dead-letter.ts";
import { Conflict } from "./conflict.ts";
import { keys, lists } from "./keys.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import { ABSENT, type Item, type Table } from "./table.ts";

const KEPT_SECONDS = 30 * 86_400;

export type DeadLetters = {
  /** Leaves one that is there as it is. */
  add(letter: DeadLetter): Promise<void>;
  get(id: string): Promise<DeadLetter | null>;
  list(request?: PageRequest): Promise<Page<DeadLetter>>;
  /** The letter as it stands then. */
  noteReplay(letter: DeadLetter, at: string, by: string): Promise<DeadLetter>;
};

export function deadLettersIn(table: Table): DeadLetters {
  return {
    add: (letter) =>
      table.put(itemOf(letter), ABSENT).catch((error: unknown) => {
        if (!(error instanceof Conflict)) throw error;
      }),
    get: async (id) => {
      const item = await table.get(keys.deadLetter(id));
      return item ? parse(item) : null;
    },
    list: (request = {}) => page(table, { pk: lists.deadLetters, descending: true }, request, parse),
    noteReplay: async (letter, replayedAt, replayedBy) => {
      const replayed = { ...letter, replayedAt, replayedBy };
      await table.put(itemOf(replayed));
      return replayed;
    },
  };
}

function itemOf({ payload, ...letter }: DeadLetter) {
  const ttl = Math.floor(Date.parse(letter.at) / 1000) + KEPT_SECONDS;
  return { ...letter, payload: JSON.stringify(payload ?? null), ...keys.deadLetter(letter.id), ttl };
}

function parse(item: Item): DeadLetter {
  const { pk, sk, ttl, payload, ...letter } = item;
  return { ...letter, payload: JSON.parse(payload as string) as unknown } as DeadLetter;
}

// That something in a list has changed: one item per topic with a mark that every such write replaces, so that whoever
// waits for news reads one small query instead of the lists. It is told right behind the write, and never at its cost: a
// mark that could not be written is missed, and readers look at the lists themselves once in a while.
import { keys, lists } from "./keys.ts";
import type { Table } from "./table.ts";

export const TOPICS = ["deployments", "targets", "trains", "healing", "notifications", "audit"] as const;
export type Topic = (typeof TOPICS)[number];

export type Changes = {
  /** Never throws. */
  note(topic: Topic): Promise<void>;
  /** Another text than before where anything of these topics has changed since; it says nothing else. */
  markOf(topics: readonly Topic[]): Promise<string>;
};

const NEVER = "0";
const BASE = 36;

export function changesIn(table: Table, now: () => number, random: () => number): Changes {
  let noted = 0;
  const newMark = () => [now(), Math.floor(random() * 1e6), noted++].map((n) => n.toString(BASE)).join("-");
  return {
    note: async (topic) => {
      await table.put({ ...keys.changes(topic), mark: newMark() }).catch(() => {});
    },
    markOf: async (topics) => {
      const { items } = await table.query({ pk: lists.changes, limit: TOPICS.length });
      const marks = new Map(items.map(({ sk, mark }) => [sk, mark]));
      return TOPICS.filter((one) => topics.includes(one))
        .map((one) => marks.get(one) ?? NEVER)
        .join(".");
    },
  };
}

/** The same table; whatever is written through it is news of the topic. */
export function noting(table: Table, { note }: Changes, topic: Topic): Table {
  return {
    ...table,
    put: async (item, condition) => {
      await table.put(item, condition);
      await note(topic);
    },
    remove: async (key) => {
      await table.remove(key);
      await note(topic);
    },
  };
}

// What healing passes found and did; kept for 90 days.
import type { HealingRun } from "#core/domain/healing-run.ts";
import { keys, lists } from "./keys.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import type { Item, Table } from "./table.ts";

const KEPT_SECONDS = 90 * 86_400;

export type HealingRuns = {
  get(id: string): Promise<HealingRun | null>;
  put(run: HealingRun): Promise<void>;
  list(request?: PageRequest, keep?: (run: HealingRun) => boolean): Promise<Page<HealingRun>>;
};

export function healingRunsIn(table: Table): HealingRuns {
  return {
    get: async (id) => {
      const item = await table.get(keys.healingRun(id));
      return item ? parse(item) : null;
    },
    put: (run) =>
      table.put({
        ...run,
        ...keys.healingRun(run.id),
        ttl: Math.floor(Date.parse(run.startedAt) / 1000) + KEPT_SECONDS,
      }),
    list: (request = {}, keep) =>
      page(table, { pk: lists.healingRuns, descending: true }, request, parse, keep),
  };
}

function parse(item: Item): HealingRun {
  const { pk, sk, ttl, ...run } = item;
  return run as HealingRun;
}

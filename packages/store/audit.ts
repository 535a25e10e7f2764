// The audit trail: append-only, kept for a year.
import type { AuditEntry } from "#core/domain/audit-entry.ts";
import { idFloor } from "#core/ids.ts";
import { keys, lists } from "./keys.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import type { Item, Table } from "./table.ts";

/** The year 2300. */
const LAST_MS = 10_413_792_000_000;
const KEPT_SECONDS = 365 * 86_400;

export type AuditRequest = PageRequest & { fromMs?: number | undefined; toMs?: number | undefined };

export type Audit = {
  append(entry: AuditEntry): Promise<void>;
  /** `fromMs` is included, `toMs` is not. */
  list(request?: AuditRequest, keep?: (entry: AuditEntry) => boolean): Promise<Page<AuditEntry>>;
};

export function auditIn(table: Table): Audit {
  return {
    append: (entry) =>
      table.put({
        ...entry,
        ...keys.audit(entry.id),
        ttl: Math.floor(Date.parse(entry.at) / 1000) + KEPT_SECONDS,
      }),
    list: async ({ fromMs, toMs, ...request } = {}, keep) => {
      // DynamoDB refuses a range that ends before it begins.
      if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) return { items: [], cursor: null };
      const between: [string, string] = [idFloor("aud", fromMs ?? 0), idFloor("aud", toMs ?? LAST_MS)];
      return page(table, { pk: lists.audit, descending: true, between }, request, parse, keep);
    },
  };
}

function parse(item: Item): AuditEntry {
  const { pk, sk, ttl, ...entry } = item;
  return entry as AuditEntry;
}

// The audit trail: append-only, kept for a year.
import type { AuditEntry } from "#core/domain/audit-entry.ts";
import { keys, lists } from "./keys.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import type { Item, Table } from "./table.ts";

const KEPT_SECONDS = 365 * 86_400;

export type Audit = {
  append(entry: AuditEntry): Promise<void>;
  list(request?: PageRequest, keep?: (entry: AuditEntry) => boolean): Promise<Page<AuditEntry>>;
};

export function auditIn(table: Table): Audit {
  return {
    append: (entry) =>
      table.put({
        ...entry,
        ...keys.audit(entry.id),
        ttl: Math.floor(Date.parse(entry.at) / 1000) + KEPT_SECONDS,
      }),
    list: (request = {}, keep) => page(table, { pk: lists.audit, descending: true }, request, parse, keep),
  };
}

function parse(item: Item): AuditEntry {
  const { pk, sk, ttl, ...entry } = item;
  return entry as AuditEntry;
}

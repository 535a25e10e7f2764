// Deployments that ended long after they were asked for (they waited in a queue, for approvals, through a freeze). Lists go by when
// they were asked for, so whoever wants what ended in some days would have to read for ever: those few are noted by their end.
import { type Deployment, LATE_END_DAYS } from "#core/domain/deployment.ts";
import { keys, lists } from "./keys.ts";
import type { Item, Table } from "./table.ts";

const KEPT_SECONDS = 400 * 86_400;
const LATE_MS = LATE_END_DAYS * 86_400_000;
const MOST = 1000;

/** Written before the end itself, so that none is missed: one whose end was not written says so when it is read. */
export async function noteLateEnd(table: Table, before: Deployment, after: Deployment): Promise<void> {
  const { id, createdAt, endedAt } = after;
  if (before.endedAt !== null || endedAt === null) return;
  const endedMs = Date.parse(endedAt);
  if (endedMs - Date.parse(createdAt) <= LATE_MS) return;
  await table.put({ ...keys.lateEnd(id, endedAt), id, ttl: Math.floor(endedMs / 1000) + KEPT_SECONDS });
}

/** Ids of those that ended late, at or after this instant, oldest first; at most 1,000. */
export async function lateEndsSince(table: Table, since: string): Promise<string[]> {
  const ids: string[] = [];
  let startKey: Item | undefined;
  do {
    const answer = await table.query({ pk: lists.lateEnds, greaterThan: since, startKey, limit: 200 });
    ids.push(...answer.items.map((item) => item.id as string));
    startKey = answer.lastKey;
  } while (startKey && ids.length < MOST);
  return ids;
}

// Buckets of calls that all instances of the API share, one item each.
import { fullAfterSeconds, type RateBucket, type RatePolicy, takeFrom } from "#core/domain/rate-bucket.ts";
import { keys } from "./keys.ts";
import { type Pause, retryingStaleWrites } from "./retrying.ts";
import { ABSENT, atRevision, type Table } from "./table.ts";

export type RateBuckets = {
  /** Takes up to `wanted` calls. Throws `stale_write` where too many take at once. */
  take(
    key: string,
    policy: RatePolicy,
    wanted: number,
    nowMs: number,
  ): Promise<{ granted: number; waitMs: number }>;
};

export function rateBucketsIn(table: Table, pause: Pause): RateBuckets {
  return {
    take: (key, policy, wanted, nowMs) =>
      retryingStaleWrites(pause, async () => {
        const item = await table.get(keys.rateBucket(key));
        const before = item as (RateBucket & { revision: number }) | undefined;
        const { bucket, granted, waitMs } = takeFrom(before ?? null, policy, wanted, nowMs);
        // Nothing taken is nothing to write: an empty bucket costs a read.
        if (granted === 0) return { granted, waitMs };
        const ttl = Math.ceil(nowMs / 1000) + fullAfterSeconds(policy) + 60;
        const after = { ...bucket, revision: (before?.revision ?? 0) + 1, ttl, ...keys.rateBucket(key) };
        await table.put(after, before ? atRevision(before.revision) : ABSENT);
        return { granted, waitMs };
      }),
  };
}

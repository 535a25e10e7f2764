import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fullAfterSeconds, type RateBucket, takeFrom } from "./rate-bucket.ts";

const policy = { perSecond: 10, burst: 20 };

test("a fresh bucket is full, gives what is there, and says when the next call is due", () => {
  const first = takeFrom(null, policy, 15, 1000);
  expect(first).toEqual({ bucket: { left: 5, atMs: 1000 }, granted: 15, waitMs: 0 });
  const second = takeFrom(first.bucket, policy, 15, 1000);
  expect(second).toEqual({ bucket: { left: 0, atMs: 1000 }, granted: 5, waitMs: 0 });
  expect(takeFrom(second.bucket, policy, 1, 1050)).toMatchObject({ granted: 0, waitMs: 50 });
  expect(takeFrom(second.bucket, policy, 5, 1250)).toMatchObject({ granted: 2 });
  expect(fullAfterSeconds(policy)).toBe(2);
});

test("an hour of rest fills it to the brim and no further", () => {
  expect(takeFrom({ left: 0, atMs: 0 }, policy, 100, 3_600_000).granted).toBe(20);
});

test("whatever the clocks and wishes, no more is granted than burst and time allow", () => {
  const asks = fc.array(fc.record({ wanted: fc.integer({ min: 1, max: 30 }), atMs: fc.nat(10_000) }));
  fc.assert(
    fc.property(asks, (all) => {
      let bucket: RateBucket | null = null;
      let granted = 0;
      for (const { wanted, atMs } of all) {
        const taken = takeFrom(bucket, policy, wanted, atMs);
        bucket = taken.bucket;
        granted += taken.granted;
      }
      expect(granted).toBeLessThanOrEqual(policy.burst + 10 * policy.perSecond);
      expect(bucket?.left ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});

// A token bucket: it holds at most `burst`, fills by `perSecond`, and each call takes one. Pure.

export type RatePolicy = { perSecond: number; burst: number };

export type RateBucket = { left: number; atMs: number };

export type Taken = {
  bucket: RateBucket;
  /** Whole calls, at most as many as wanted. */
  granted: number;
  /** Until one call is there again; 0 where some were granted. */
  waitMs: number;
};

/** `before` is `null` where the bucket was never used: it is full. */
export function takeFrom(
  before: RateBucket | null,
  { perSecond, burst }: RatePolicy,
  wanted: number,
  nowMs: number,
): Taken {
  const elapsedMs = before ? Math.max(0, nowMs - before.atMs) : 0;
  const left = before ? Math.min(burst, before.left + (elapsedMs * perSecond) / 1000) : burst;
  const granted = Math.min(wanted, Math.floor(left));
  // A clock that runs behind another's must not fill the bucket twice.
  const bucket = { left: left - granted, atMs: Math.max(nowMs, before?.atMs ?? 0) };
  return { bucket, granted, waitMs: granted > 0 ? 0 : Math.ceil(((1 - left) * 1000) / perSecond) };
}

/** After which an untouched bucket is full, and need not be kept. */
export function fullAfterSeconds({ perSecond, burst }: RatePolicy): number {
  return Math.ceil(burst / perSecond);
}

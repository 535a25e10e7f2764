// When a notice is tried again, and when it is given up. Pure. The first pauses are waited for where the attempt was made; from a
// minute on the sweep comes, whose grain that is.
import type { AttemptResult, Delivery } from "../domain/delivery.ts";
import type { Notice } from "../domain/notice.ts";
import type { Receiver } from "../domain/receiver.ts";

/** Behind each attempt; eight attempts in four and a half hours. */
export const PAUSES_SECONDS = [1, 5, 60, 300, 900, 3600, 10_800];
export const MOST_ATTEMPTS = PAUSES_SECONDS.length + 1;

/** Longer than an attempt and the short pauses together: whoever made it has died. */
const LEASE_MS = 90_000;
/** Longer than this nobody is left alone for the asking. */
const LONGEST_RETRY_AFTER_SECONDS = 3600;

export function firstDelivery(id: string, notice: Notice, { name, kind }: Receiver, nowMs: number): Delivery {
  const at = instantOf(nowMs);
  return {
    id,
    receiver: name,
    kind,
    notice,
    status: "pending",
    attempts: 1,
    lastAttempt: MOST_ATTEMPTS,
    createdAt: at,
    attemptedAt: at,
    nextAttemptAt: instantOf(nowMs + LEASE_MS),
    deliveredAt: null,
    answered: null,
    detail: "",
    revision: 1,
  };
}

export function isDue({ status, nextAttemptAt }: Delivery, nowMs: number): boolean {
  return status === "pending" && nextAttemptAt !== null && Date.parse(nextAttemptAt) <= nowMs;
}

/** The next attempt is counted, and nobody else makes one meanwhile. */
export function claimed(delivery: Delivery, nowMs: number): Delivery {
  return {
    ...delivery,
    attempts: delivery.attempts + 1,
    attemptedAt: instantOf(nowMs),
    nextAttemptAt: instantOf(nowMs + LEASE_MS),
  };
}

/** An operator wants one that has failed to be tried anew, with all of its attempts. */
export function triedAnew(delivery: Delivery, nowMs: number): Delivery {
  if (delivery.status === "delivered") return delivery;
  const lastAttempt = delivery.attempts + MOST_ATTEMPTS;
  return { ...delivery, status: "pending", lastAttempt, nextAttemptAt: instantOf(nowMs) };
}

/** `random` in [0, 1): no two come back at once. */
export function afterAttempt(
  delivery: Delivery,
  { outcome, answered, detail, retryAfterSeconds = 0 }: AttemptResult,
  nowMs: number,
  random: number,
): Delivery {
  const told = { ...delivery, answered, detail };
  if (outcome === "delivered")
    return { ...told, status: "delivered", deliveredAt: instantOf(nowMs), nextAttemptAt: null };
  if (outcome === "refused" || delivery.attempts >= delivery.lastAttempt)
    return { ...told, status: "failed", nextAttemptAt: null };
  const made = delivery.attempts - (delivery.lastAttempt - MOST_ATTEMPTS);
  const pause = PAUSES_SECONDS[made - 1]! * (0.75 + random / 2);
  const seconds = Math.max(pause, Math.min(retryAfterSeconds, LONGEST_RETRY_AFTER_SECONDS));
  return { ...told, nextAttemptAt: instantOf(nowMs + seconds * 1000) };
}

function instantOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

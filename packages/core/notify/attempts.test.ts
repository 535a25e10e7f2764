import { expect, test } from "vitest";
import { aNotice, aReceiver } from "#test/support/a-notice.ts";
import type { Delivery } from "../domain/delivery.ts";
import { afterAttempt, claimed, firstDelivery, isDue, triedAnew } from "./attempts.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const NOT_NOW = { outcome: "notNow", answered: 500, detail: "answered 500" } as const;

const first = () => firstDelivery("ntf_1", aNotice(), aReceiver(), NOW);
const secondsUntilNext = ({ nextAttemptAt }: Delivery) => (Date.parse(nextAttemptAt!) - NOW) / 1000;

test("an attempt is counted before it is made, and nobody else makes one for a minute and a half", () => {
  expect(first()).toMatchObject({
    status: "pending",
    attempts: 1,
    nextAttemptAt: "2026-01-05T12:01:30.000Z",
  });
  expect(isDue(first(), NOW + 89_999)).toBe(false);
  expect(isDue(first(), NOW + 90_000)).toBe(true);
  expect(claimed(first(), NOW)).toMatchObject({ attempts: 2, nextAttemptAt: "2026-01-05T12:01:30.000Z" });
});

test("each pause is longer than the one before, and behind the eighth attempt it is given up", () => {
  const pauses: number[] = [];
  let delivery = first();
  for (;;) {
    delivery = afterAttempt(delivery, NOT_NOW, NOW, 0.5);
    if (delivery.status !== "pending") break;
    pauses.push(secondsUntilNext(delivery));
    delivery = claimed(delivery, NOW);
  }
  expect(pauses).toEqual([1, 5, 60, 300, 900, 3600, 10_800]);
  expect(delivery).toMatchObject({ status: "failed", attempts: 8, nextAttemptAt: null, answered: 500 });
});

test.each([
  [0, 0.75],
  [0.999, 1.2495],
])("with %d drawn the pause of a second is %d", (random, seconds) => {
  expect(secondsUntilNext(afterAttempt(first(), NOT_NOW, NOW, random))).toBeCloseTo(seconds, 2);
});

test.each([
  [120, 120],
  [0.1, 1],
  [86_400, 3600],
])("who asks to be left alone for %d s is asked again in %d s", (retryAfterSeconds, seconds) => {
  const result = { ...NOT_NOW, answered: 429, retryAfterSeconds };
  expect(secondsUntilNext(afterAttempt(first(), result, NOW, 0.5))).toBe(seconds);
});

test("what nothing would change is given up at once", () => {
  const result = { outcome: "refused", answered: 410, detail: "answered 410" } as const;
  expect(afterAttempt(first(), result, NOW, 0)).toMatchObject({ status: "failed", attempts: 1 });
});

test("one that has failed is tried anew with all of its attempts and the short pauses first", () => {
  const failed: Delivery = { ...first(), status: "failed", attempts: 8, nextAttemptAt: null };
  const anew = triedAnew(failed, NOW);
  expect(anew).toMatchObject({ status: "pending", attempts: 8, lastAttempt: 16 });
  expect(isDue(anew, NOW)).toBe(true);
  expect(secondsUntilNext(afterAttempt(claimed(anew, NOW), NOT_NOW, NOW, 0.5))).toBe(1);
});

test("one that was delivered is not tried anew", () => {
  const delivered: Delivery = { ...first(), status: "delivered", nextAttemptAt: null };
  expect(triedAnew(delivered, NOW)).toBe(delivered);
});

import { expect, test } from "vitest";
import type { CircuitBreaker } from "../model.ts";
import { pauseMilliseconds, thresholdOf } from "./failures.ts";

const breaker = (threshold: CircuitBreaker["threshold"]): CircuitBreaker => ({
  enable: true,
  rollback: true,
  resetOnHealthyTask: true,
  threshold,
});

test("the threshold is half of the desired count, at least 3 and at most 200", () => {
  const usual = breaker({ type: "BOUNDED_PERCENT", value: 50 });
  expect([1, 6, 7, 25, 800].map((desired) => thresholdOf(usual, desired))).toEqual([3, 3, 4, 13, 200]);
});

test("a threshold may be a count, or a share without bounds", () => {
  expect(thresholdOf(breaker({ type: "COUNT", value: 1 }), 100)).toBe(1);
  expect(thresholdOf(breaker({ type: "UNBOUNDED_PERCENT", value: 10 }), 1_000)).toBe(100);
});

test("the first failure is put right at once, the next ones ever later, up to 10 s", () => {
  expect([1, 2, 3, 4, 20].map(pauseMilliseconds)).toEqual([0, 250, 500, 1_000, 10_000]);
});

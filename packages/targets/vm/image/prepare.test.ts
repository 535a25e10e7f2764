import { expect, test } from "vitest";
import { oursSince } from "./prepare.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const minutesAgo = (minutes: number) => new Date(NOW - minutes * 60_000);
const failed = (minutes: number) => ({ status: "FAILED" as const, stopDate: minutesAgo(minutes) });

test("a step's own are the executions that ended after it began", () => {
  const isOurs = oursSince(minutesAgo(10).toISOString(), NOW);
  expect([failed(11), failed(9)].map(isOurs)).toEqual([false, true]);
  expect(isOurs({ status: "RUNNING" })).toBe(true);
});

test("a bake that failed in healing holds for a pause that doubles: 5 min, 10 min, 20 min, at most a day", () => {
  expect(oursSince(null, NOW)(failed(4))).toBe(true);
  expect(oursSince(null, NOW)(failed(6))).toBe(false);
  const third = [failed(60), failed(40), failed(19)];
  const late = [failed(60), failed(40), failed(21)];
  expect(third.map(oursSince(null, NOW))).toEqual([false, false, true]);
  expect(late.map(oursSince(null, NOW))).toEqual([false, false, false]);
  const many = Array.from({ length: 20 }, () => failed(23 * 60));
  expect(many.map(oursSince(null, NOW)).at(-1)).toBe(true);
  expect([...many, failed(25 * 60)].map(oursSince(null, NOW)).at(-1)).toBe(false);
});

test("a bake that succeeded and whose image is gone is no failure: the next one begins at once", () => {
  const isOurs = oursSince(null, NOW);
  expect(isOurs({ status: "SUCCEEDED", stopDate: minutesAgo(1) })).toBe(false);
  expect(isOurs(failed(4))).toBe(true);
});

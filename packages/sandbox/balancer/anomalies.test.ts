import fc from "fast-check";
import { expect, test } from "vitest";
import { findAnomalous, noteOutcome, type Recent } from "./anomalies.ts";

const NOW = Date.UTC(2026, 0, 5, 12);

/** `bad` of `of` requests, spread evenly. */
function aTarget(bad: number, of: number, atMs = NOW): { recent: Recent } {
  return { recent: Array.from({ length: of }, (_, at) => ({ atMs, bad: (at * bad) % of < bad })) };
}

test("a target of which every third answer is bad is anomalous where the others answer well", () => {
  const ill = aTarget(10, 30);
  expect(findAnomalous([aTarget(0, 30), ill, aTarget(0, 30)], NOW)).toEqual([ill]);
});

test("where all answer badly none is worse than the others", () => {
  expect(findAnomalous([aTarget(10, 30), aTarget(11, 30), aTarget(9, 30)], NOW)).toEqual([]);
});

test("of fewer than three healthy targets nothing is said, nor of a target that was hardly asked", () => {
  expect(findAnomalous([aTarget(10, 30), aTarget(0, 30)], NOW)).toEqual([]);
  expect(findAnomalous([aTarget(5, 9), aTarget(0, 30), aTarget(0, 30)], NOW)).toEqual([]);
  expect(findAnomalous([aTarget(2, 10), aTarget(0, 30), aTarget(0, 30)], NOW)).toEqual([]);
});

test("what is half a minute old, or fifty requests ago, is forgotten", () => {
  const before = aTarget(10, 30, NOW - 30_000);
  expect(findAnomalous([before, aTarget(0, 30), aTarget(0, 30)], NOW)).toEqual([]);
  const { recent } = aTarget(30, 30);
  for (let at = 0; at < 50; at++) noteOutcome(recent, false);
  expect(recent).toHaveLength(50);
  expect(recent.some(({ bad }) => bad)).toBe(false);
});

test("never all targets of a group are anomalous", () => {
  const targets = fc.array(
    fc.array(fc.boolean()).map((answers) => ({ recent: answers.map((bad) => ({ atMs: NOW, bad })) })),
  );
  fc.assert(fc.property(targets, (all) => all.length === 0 || findAnomalous(all, NOW).length < all.length));
});

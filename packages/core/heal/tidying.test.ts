import { expect, test } from "vitest";
import { isTidyingDue, stillUntidy } from "./tidying.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const at = (ms: number) => new Date(ms).toISOString();
const DAY = 86_400_000;

test("once a day, and where it never was", () => {
  expect(isTidyingDue({}, NOW)).toBe(true);
  expect(isTidyingDue({ tidiedAt: at(NOW - DAY + 1) }, NOW)).toBe(false);
  expect(isTidyingDue({ tidiedAt: at(NOW - DAY) }, NOW)).toBe(true);
});

test("what an end has left is tried after pauses that double, an hour at most", () => {
  let untidy = stillUntidy(undefined, "dep_1", NOW);
  expect(untidy).toEqual({ since: at(NOW), by: "dep_1", tries: 1, triedAt: at(NOW) });
  for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
    const last = Date.parse(untidy.triedAt!);
    expect(isTidyingDue({ untidy, tidiedAt: at(NOW) }, last + minutes * 60_000 - 1)).toBe(false);
    expect(isTidyingDue({ untidy, tidiedAt: at(NOW) }, last + minutes * 60_000)).toBe(true);
    untidy = stillUntidy(untidy, "heal_1", last + minutes * 60_000);
  }
  expect(untidy).toMatchObject({ since: at(NOW), by: "dep_1", tries: 9 });
});

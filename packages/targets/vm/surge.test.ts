import { expect, test } from "vitest";
import { borrowedOf, NO_SURGE, nextSurge, readSurge, writeSurge } from "./surge.ts";

test("what is borrowed is told apart from the count before and after the capacity was raised", () => {
  const raised = nextSurge(NO_SURGE, 3, 3, 3);
  expect(borrowedOf(raised, 3)).toBe(0);
  expect(borrowedOf(raised, 6)).toBe(3);
});

test("each instance that goes gives one back, and a crash in between changes nothing", () => {
  let surge = nextSurge(NO_SURGE, 3, 3, 3);
  for (const capacity of [6, 5, 4]) {
    surge = nextSurge(surge, capacity, -1, -1);
    expect(capacity - borrowedOf(surge, capacity)).toBe(3);
    expect(capacity - 1 - borrowedOf(surge, capacity - 1)).toBe(3);
  }
  expect(borrowedOf(surge, 3)).toBe(0);
});

test("somebody who scales in the middle is understood", () => {
  const raised = nextSurge(NO_SURGE, 3, 1, 1);
  expect(6 - borrowedOf(raised, 6)).toBe(5);
  expect(2 - borrowedOf(raised, 2)).toBe(1);
});

test("a tag is read as it was written, and anything else is nothing", () => {
  const raised = nextSurge(NO_SURGE, 3, 1, 1);
  expect(writeSurge(raised)).toBe("3:0 4:1");
  expect(readSurge(writeSurge(raised))).toEqual(raised);
  for (const text of [undefined, "", "much", "3 4"]) expect(readSurge(text)).toEqual(NO_SURGE);
});

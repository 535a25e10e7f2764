import { expect, test } from "vitest";
import { borrowedOf, NO_SURGE, nextSurge, readSurge, writeSurge } from "./surge.ts";

test("what is borrowed is told apart from the count before and after the capacity was raised", () => {
  const raised = nextSurge({ capacity: 3, borrowed: 0 }, 3, 3);
  expect(borrowedOf(raised, 3, 0)).toBe(0);
  expect(borrowedOf(raised, 6, 0)).toBe(3);
});

test("each instance that goes gives one back, and a crash in between changes nothing", () => {
  let surge = nextSurge({ capacity: 3, borrowed: 0 }, 3, 3);
  for (const capacity of [6, 5, 4]) {
    surge = nextSurge({ capacity, borrowed: borrowedOf(surge, capacity, 0) }, -1, -1);
    expect(capacity - borrowedOf(surge, capacity, 0)).toBe(3);
    expect(capacity - 1 - borrowedOf(surge, capacity - 1, 0)).toBe(3);
  }
  expect(borrowedOf(surge, 3, 0)).toBe(0);
});

test("somebody who scales in the middle is understood", () => {
  const raised = nextSurge({ capacity: 3, borrowed: 0 }, 1, 1);
  expect(6 - borrowedOf(raised, 6, 0)).toBe(5);
  expect(2 - borrowedOf(raised, 2, 0)).toBe(1);
});

test("scaling in the middle never leaves fewer than its least: what lies above it is borrowed", () => {
  const raised = nextSurge({ capacity: 5, borrowed: 0 }, 2, 2);
  expect([3, 2, 4].map((capacity) => capacity - borrowedOf(raised, capacity, 2))).toEqual([2, 2, 2]);
  expect(7 - borrowedOf(raised, 7, 2)).toBe(5);
});

test("a tag is read as it was written, and anything else is nothing", () => {
  const raised = nextSurge({ capacity: 3, borrowed: 0 }, 1, 1);
  expect(writeSurge(raised)).toBe("3:0 4:1");
  expect(readSurge(writeSurge(raised))).toEqual(raised);
  for (const text of [undefined, "", "much", "3 4"]) expect(readSurge(text)).toEqual(NO_SURGE);
});

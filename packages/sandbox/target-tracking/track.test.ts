import { expect, test } from "vitest";
import { type Capacity, type Reading, track } from "./track.ts";

const reading = (part: Partial<Reading>): Reading => ({
  ...{ target: 50, value: 50, isHigh: false, isLow: false, scalesIn: true },
  ...part,
});
const capacity = (part: Partial<Capacity> = {}): Capacity => ({
  ...{ desired: 2, min: 2, max: 10, counted: 2, isWarming: false },
  ...part,
});
const high = (value: number) => reading({ isHigh: true, value });
const low = (value: number) => reading({ isLow: true, value });

test("ten times the load is five times the copies, at once and in proportion, and never more than max", () => {
  expect(track([high(250)], capacity())).toEqual({ desired: 10, alarm: "high", policy: 0 });
  expect(track([high(60)], capacity())).toEqual({ desired: 3, alarm: "high", policy: 0 });
  expect(track([high(5000)], capacity())).toEqual({ desired: 10, alarm: "high", policy: 0 });
});

test("a load that copies on their way in will carry adds no others", () => {
  expect(track([high(250)], capacity({ desired: 10, counted: 2, isWarming: true }))).toBeNull();
  expect(track([high(350)], capacity({ desired: 10, max: 20, counted: 2, isWarming: true }))?.desired).toBe(
    14,
  );
});

test("in goes one at a time, never below min, and never where the others could not carry the load", () => {
  expect(track([low(5)], capacity({ desired: 10, counted: 10 }))).toEqual({
    ...{ desired: 9, alarm: "low", policy: 0 },
  });
  expect(track([low(5)], capacity({ desired: 2 }))).toBeNull();
  // 3 × 44 are 132: two copies would have 66 each.
  expect(track([low(44)], capacity({ desired: 3, counted: 3 }))).toBeNull();
  expect(track([low(33)], capacity({ desired: 3, counted: 3 }))?.desired).toBe(2);
});

test("nothing goes while another one is warming up, nor where a policy must not scale in", () => {
  expect(track([low(5)], capacity({ desired: 10, counted: 9, isWarming: true }))).toBeNull();
  const fixed = { ...low(5), scalesIn: false };
  expect(track([fixed], capacity({ desired: 10, counted: 10 }))).toBeNull();
});

test("of several policies the largest word counts outwards, and each has to agree inwards", () => {
  expect(track([high(60), high(100)], capacity())).toEqual({ desired: 4, alarm: "high", policy: 1 });
  expect(track([low(5), reading({})], capacity({ desired: 9, counted: 9 }))).toBeNull();
});

test("without data, and without an alarm, the capacity stays", () => {
  expect(track([reading({ isLow: true, value: undefined })], capacity({ desired: 5 }))).toBeNull();
  expect(track([reading({ value: 500 })], capacity())).toBeNull();
  expect(track([], capacity({ desired: 5 }))).toBeNull();
});

import { expect, test } from "vitest";
import type { Scaling } from "../domain/scaling.ts";
import { chooseCount, type Load, lastChange } from "./choose-count.ts";

const NOW = 1_000 * 60_000;
const SCALING: Scaling = {
  ...{ min: 2, max: 10, metric: "requestsPerReplica", target: 50 },
  ...{ warmupSeconds: 120, scaleIn: true },
};

/** Values of the last minutes, newest first. */
const load = (values: number[], more: Partial<Load> = {}): Load => ({
  points: values.map((value, ago) => ({ at: NOW - (ago + 2) * 60_000, value })),
  ...{ count: 2, healthy: 2, changed: null, ...more },
});
const minutes = (count: number, value: number) => Array<number>(count).fill(value);
const choose = (values: number[], more?: Partial<Load>, scaling: Partial<Scaling> = {}) =>
  chooseCount({ ...SCALING, ...scaling }, load(values, more), NOW);
const ago = (count: number, grew: boolean) => ({ changed: { atMs: NOW - count * 60_000, grew } });

test("ten times the load is five times the copies, after three minutes over the target, and never more than max", () => {
  expect(choose([250, 250, 250, 25])).toEqual({
    count: 10,
    why: "requestsPerReplica was at 250 for 3 minutes, over 50",
  });
  expect(choose([60, 60, 60])?.count).toBe(3);
  expect(choose([5000, 5000, 5000])?.count).toBe(10);
  expect(choose([250, 250, 25, 25])).toBeNull();
  expect(choose([250, 250])).toBeNull();
});

test("the same load is not counted twice: minutes before the copies were warm say nothing of them", () => {
  const seven = { count: 7, healthy: 7 };
  expect(choose(minutes(4, 250), { ...seven, ...ago(5, true) })).toBeNull();
  expect(choose(minutes(4, 250), { ...seven, ...ago(8, true) })?.count).toBe(10);
});

test("in goes one at a time, after fifteen low minutes, and again after five", () => {
  const five = { count: 5, healthy: 5 };
  expect(choose(minutes(15, 10), five)).toEqual({
    count: 4,
    why: "requestsPerReplica was at 10 for 15 minutes, below 50",
  });
  expect(choose(minutes(14, 10), five)).toBeNull();
  expect(choose([...minutes(14, 10), 46], five)).toBeNull();
  expect(choose(minutes(20, 10), { ...five, ...ago(5, false) })).toBeNull();
  expect(choose(minutes(20, 10), { ...five, ...ago(7, false) })?.count).toBe(4);
  expect(choose(minutes(20, 10), { ...five, ...ago(10, true) })).toBeNull();
});

test("nothing goes below min, nor where the others would be near the target, nor while a copy is broken", () => {
  expect(choose(minutes(15, 1))).toBeNull();
  // 3 × 31 are 93: two copies would have 46.5 each, over nine tenths of 50.
  expect(choose(minutes(15, 31), { count: 3, healthy: 3 })).toBeNull();
  expect(choose(minutes(15, 29), { count: 3, healthy: 3 })?.count).toBe(2);
  expect(choose(minutes(15, 1), { count: 5, healthy: 4 })).toBeNull();
  expect(choose(minutes(15, 1), { count: 5, healthy: 5 }, { scaleIn: false })).toBeNull();
});

test("without data, and with old data, the count stays; outside of its bounds it does not", () => {
  expect(choose([], { count: 5 })).toBeNull();
  const old = load(minutes(15, 500));
  expect(chooseCount(SCALING, old, NOW + 10 * 60_000)).toBeNull();
  expect(choose([], { count: 1 })).toEqual({ count: 2, why: "its least is 2" });
  expect(choose([], { count: 12 })).toEqual({ count: 10, why: "its most is 10" });
});

test("what is broken takes no share: the load of all is that of those that are well", () => {
  expect(choose([100, 100, 100], { count: 4, healthy: 3 })?.count).toBe(6);
  expect(choose([60, 60, 60], { count: 4, healthy: 3 })).toBeNull();
});

test("the last change is when there came to be more or fewer, not when one fell ill", () => {
  const at = (minute: number) => new Date(minute * 60_000).toISOString();
  const standing = (minute: number, desired: number, replicas: number, healthy: number) => ({
    at: at(minute),
    ...{ desired, replicas, healthy },
  });
  expect(lastChange([])).toBeNull();
  const first = standing(1, 2, 2, 2);
  expect(lastChange([first])).toEqual({ atMs: 60_000, grew: true });
  const all = [first, standing(5, 4, 4, 4), standing(9, 3, 3, 3), standing(12, 3, 3, 2)];
  expect(lastChange(all)).toEqual({ atMs: 9 * 60_000, grew: false });
  expect(lastChange(all.slice(0, 2))).toEqual({ atMs: 5 * 60_000, grew: true });
});

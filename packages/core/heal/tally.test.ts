import fc from "fast-check";
import { expect, test } from "vitest";
import type { Replica } from "../domain/replica.ts";
import { brokenBy, firstLook, isDecided, looksNeeded, nextLook } from "./tally.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const GRACE = { graceSeconds: 30 };

function aReplica(overrides: Partial<Replica> = {}): Replica {
  return {
    id: "a",
    version: "v1",
    health: "unhealthy",
    address: null,
    startedAt: null,
    detail: "500",
    ...overrides,
  };
}
const well = aReplica({ health: "healthy" });
const ill = aReplica();

/** The looks one after the other, until they are enough. */
function judged(looks: Replica[], threshold = 3) {
  const needed = looksNeeded({ unhealthyThreshold: threshold });
  const [first, ...others] = looks;
  let tally = firstLook([first!], GRACE, NOW);
  let taken = 1;
  for (const look of others) {
    if (isDecided(tally, needed)) break;
    tally = nextLook(tally, [look], GRACE, NOW);
    taken += 1;
  }
  return { taken, broken: brokenBy(tally, needed).map((one) => one.replica) };
}

test("three bad looks in a row make a copy broken, one hiccup does not", () => {
  expect(judged([ill, ill, ill, ill])).toEqual({ taken: 3, broken: ["a"] });
  expect(judged([ill, well, well, well])).toEqual({ taken: 4, broken: [] });
});

test("a copy that is bad at most of the looks is broken, though it answers well in between", () => {
  expect(judged([ill, well, ill, well, ill])).toEqual({ taken: 5, broken: ["a"] });
});

test("two looks are the least, however low the threshold", () => {
  expect(judged([ill, well, well], 1)).toEqual({ taken: 3, broken: [] });
  expect(judged([ill, ill], 1)).toEqual({ taken: 2, broken: ["a"] });
});

test("a process that has ended needs no second look, and no grace", () => {
  const dead = aReplica({ dead: true, startedAt: new Date(NOW - 1000).toISOString() });
  expect(judged([dead])).toEqual({ taken: 1, broken: ["a"] });
});

test("a copy in its grace is not judged", () => {
  const young = aReplica({ startedAt: new Date(NOW - 29_000).toISOString() });
  const grown = aReplica({ startedAt: new Date(NOW - 31_000).toISOString() });
  expect([firstLook([young], GRACE, NOW), Object.keys(firstLook([grown], GRACE, NOW))]).toEqual([{}, ["a"]]);
});

test("one that the load balancer calls anomalous is broken by its second word, and told apart from one that is unhealthy", () => {
  const anomalous = aReplica({ health: "healthy", anomalous: true });
  expect(judged([anomalous, well, well, well])).toEqual({ taken: 4, broken: [] });
  expect(judged([anomalous, anomalous], 2)).toEqual({ taken: 2, broken: ["a"] });
  const sampled = aReplica({ health: "healthy", anomalous: true, samples: { bad: 0, of: 6 } });
  expect(judged([sampled, sampled], 2)).toEqual({ taken: 2, broken: ["a"] });
  const told = { replica: "a", dead: false, detail: "500" };
  expect(brokenBy(firstLook([anomalous], GRACE, NOW), 1)).toEqual([{ ...told, anomalous: true }]);
  expect(brokenBy(firstLook([ill], GRACE, NOW), 1)).toEqual([told]);
  const young = aReplica({ ...anomalous, startedAt: new Date(NOW - 29_000).toISOString() });
  expect(firstLook([young], GRACE, NOW)).toEqual({});
});

const counted = (...minutes: [bad: number, of: number][]) =>
  aReplica({
    health: "healthy",
    answers: minutes.map(([bad, of]) => ({ minuteAt: "2026-01-05T11:59:00.000Z", bad, of })),
  });

test("one of whose answers more than the limit are bad by the platform's count is broken by two looks, in words that hold no count", () => {
  const told = { replica: "a", dead: false, anomalous: true, errorPercent: 11 };
  expect(judged([counted([11, 100]), counted([11, 100])], 2)).toEqual({ taken: 2, broken: ["a"] });
  expect(brokenBy(firstLook([counted([11, 100])], GRACE, NOW), 1)).toEqual([
    { ...told, detail: "more than 5% of its answers are errors" },
  ]);
  expect(brokenBy(firstLook([counted([11, 100])], { ...GRACE, maxErrorPercent: 10 }, NOW), 1)).toEqual([
    { ...told, detail: "more than 10% of its answers are errors" },
  ]);
  expect(firstLook([counted([11, 100])], { ...GRACE, maxErrorPercent: 11 }, NOW)).toEqual({});
});

test("fewer than ten bad answers in a minute are no statistic, and what is older than two minutes is over", () => {
  expect(firstLook([counted([9, 9])], GRACE, NOW)).toEqual({});
  expect(Object.keys(firstLook([counted([10, 10])], GRACE, NOW))).toEqual(["a"]);
  expect(firstLook([counted([90, 100], [0, 100], [0, 2])], GRACE, NOW)).toEqual({});
  expect(Object.keys(firstLook([counted([90, 100], [0, 2])], GRACE, NOW))).toEqual(["a"]);
});

test("a copy of which most answers were bad a moment ago is on its way back, and counts as it was", () => {
  const back = firstLook([counted([90, 100], [30, 100], [0, 2])], GRACE, NOW);
  expect(brokenBy(back, 1)).toMatchObject([{ anomalous: true, errorPercent: 90 }]);
});

test("where the limit is 0 nobody counts, and one that fails its check is unhealthy and no more", () => {
  expect(firstLook([counted([90, 100])], { ...GRACE, maxErrorPercent: 0 }, NOW)).toEqual({});
  const ill = { ...counted([90, 100]), health: "unhealthy" as const };
  expect(brokenBy(firstLook([ill], GRACE, NOW), 1)).toEqual([{ replica: "a", dead: false, detail: "500" }]);
});

test("one that is gone, or on its way up again, is nobody's patient", () => {
  const first = firstLook([ill, aReplica({ id: "b" })], GRACE, NOW);
  const next = nextLook(first, [aReplica({ health: "starting" })], GRACE, NOW);
  expect(next).toEqual({
    a: { looks: 2, bad: 1, good: 1, sampled: false, dead: false, anomalous: false, detail: "500" },
  });
});

test("whatever the looks say, the answer is reached in fewer than twice as many as are needed, and by the most of them", () => {
  const looks = fc.array(fc.boolean(), { minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(looks, fc.integer({ min: 1, max: 10 }), (bad, threshold) => {
      const needed = looksNeeded({ unhealthyThreshold: threshold });
      const { taken, broken } = judged([ill, ...bad.map((one) => (one ? ill : well))], threshold);
      expect(taken).toBeLessThan(2 * needed);
      const count = 1 + bad.slice(0, taken - 1).filter(Boolean).length;
      expect(broken.length > 0).toBe(count >= needed);
    }),
  );
});

/** Answers of a copy that was asked so often at each look. */
const asked = (bad: number, of = 6) =>
  aReplica({ health: "healthy", detail: `${bad} of ${of} times: 500`, samples: { bad, of } });

test("a copy of which every fifth answer is bad is broken, though it is never bad for long", () => {
  expect(judged([asked(2), asked(0), asked(2)])).toEqual({ taken: 3, broken: ["a"] });
  expect(judged([asked(1), asked(3), asked(2)])).toEqual({ taken: 3, broken: ["a"] });
});

test("one bad answer of many is a hiccup, and so is a bad look in which all the others are good", () => {
  expect(judged([asked(1), asked(0), asked(0)])).toEqual({ taken: 3, broken: [] });
  expect(judged([asked(3), asked(0), asked(0)])).toEqual({ taken: 3, broken: [] });
});

test("in its grace nobody counts what a copy answers", () => {
  const young = { ...asked(6), startedAt: new Date(NOW - 5_000).toISOString() };
  expect(firstLook([young], GRACE, NOW)).toEqual({});
});

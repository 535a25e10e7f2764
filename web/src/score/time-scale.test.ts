import fc from "fast-check";
import { expect, test } from "vitest";
import { timeScale } from "./time-scale.ts";

const HOUR = 3_600_000;

test("without a long silence time is spread evenly", () => {
  const { at, folds } = timeScale(0, 10_000, [2_000, 5_000], 100);
  expect([0, 2_500, 5_000, 10_000].map(at)).toEqual([0, 25, 50, 100]);
  expect(folds).toEqual([]);
});

test("a night of waiting is folded, and what lies around it keeps its room", () => {
  const { at, folds } = timeScale(0, 8 * HOUR + 60_000, [30_000, 8 * HOUR + 30_000], 100);
  expect(folds).toEqual([{ from: 30_000, to: 8 * HOUR + 30_000 }]);
  expect(at(30_000)).toBe(40);
  expect(at(8 * HOUR + 60_000)).toBe(100);
});

test("a wait that is all there is to see keeps most of the room", () => {
  const { at, folds } = timeScale(0, 2 * HOUR, [1_000], 110);
  expect(folds).toEqual([{ from: 1_000, to: 2 * HOUR }]);
  expect(at(1_000)).toBe(10);
});

test("time never runs backwards, and a place leads back to its instant", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1e8 }), { maxLength: 20 }),
      fc.array(fc.integer({ min: 0, max: 1e8 }), { minLength: 2, maxLength: 20 }),
      (happened, asked) => {
        const { at, instantAt } = timeScale(0, 1e8, happened, 1000);
        const places = asked.toSorted((a, b) => a - b).map(at);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        for (const one of asked) {
          const place = at(one);
          expect(place).toBeGreaterThanOrEqual(0);
          expect(place).toBeLessThanOrEqual(1000);
          expect(at(instantAt(place))).toBeCloseTo(place, 3);
        }
      },
    ),
  );
});

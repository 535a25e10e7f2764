import { expect, test } from "vitest";
import type { Series } from "#core/domain/scaling.ts";
import type { Point } from "#core/scale/choose-count.ts";
import type { EngineDeps } from "./deps.ts";
import { measured, withValue } from "./measure.ts";

const series = (name: string): Series => ({ namespace: "Shop", name, dimensions: {}, statistic: "Average" });
const TWO = [series("web-1"), series("web-2")];
const reading = (...points: Point[][]) => ({ metrics: { read: async () => points } });
const SCALING = { min: 1, max: 5, metric: "cpu", target: 50, count: 2, activities: [], series: TWO };

test("of several series a minute has the average, the newest comes first, and only so many are told", async () => {
  const deps = reading(
    [
      { at: 3, value: 30 },
      { at: 1, value: 10 },
    ],
    [
      { at: 3, value: 50 },
      { at: 2, value: 20 },
    ],
  );
  expect(await measured(deps, TWO, 2)).toEqual([
    { at: 3, value: 40 },
    { at: 2, value: 20 },
  ]);
  expect(await measured(deps, [], 2)).toEqual([]);
});

test("a metric without data, or one that cannot be read, has no value, and hides nothing else", async () => {
  const warned: string[] = [];
  const log = { warn: (message: string) => void warned.push(message) };
  const silent = { ...reading([], []), log } as unknown as EngineDeps;
  expect(await withValue(silent, SCALING)).toEqual({ ...SCALING, value: null });
  const read = () => Promise.reject(new Error("away"));
  expect(await withValue({ metrics: { read }, log } as unknown as EngineDeps, SCALING)).toEqual({
    ...SCALING,
    value: null,
  });
  expect(warned).toEqual(["the metric of scaling could not be read"]);
});

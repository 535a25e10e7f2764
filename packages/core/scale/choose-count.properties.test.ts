// A thousand loads, each for a day of minutes: what the chooser makes of them, minute by minute.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Scaling } from "../domain/scaling.ts";
import { chooseCount, MINUTES_READ, type Point } from "./choose-count.ts";

const RUNS = { numRuns: 1_000 };
const MINUTE_MS = 60_000;
const TARGET = 50;

const scalings: fc.Arbitrary<Scaling> = fc
  .record({
    min: fc.integer({ min: 1, max: 5 }),
    more: fc.integer({ min: 0, max: 30 }),
    warmupSeconds: fc.constantFrom(0, 60, 120, 300),
  })
  .map(({ min, more, warmupSeconds }) => ({
    ...{ min, max: min + more, metric: "cpu" as const, target: TARGET, scaleIn: true, warmupSeconds },
  }));

/** Plays `totals`, the load of all copies together, one value a minute; gives the counts, each with its minute. */
function play(scaling: Scaling, totals: number[]): { minute: number; count: number }[] {
  let count = scaling.min;
  let changed: { atMs: number; grew: boolean } | null = null;
  const points: Point[] = [];
  const counts = [{ minute: 0, count }];
  totals.forEach((total, minute) => {
    points.unshift({ at: minute * MINUTE_MS, value: total / count });
    const nowMs = (minute + 1) * MINUTE_MS;
    const load = { points: points.slice(0, MINUTES_READ), count, healthy: count, changed };
    const choice = chooseCount(scaling, load, nowMs);
    if (!choice) return;
    changed = { atMs: nowMs, grew: choice.count > count };
    count = choice.count;
    counts.push({ minute: minute + 1, count });
  });
  return counts;
}

const noise = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 240, maxLength: 240 });
const wave = fc.array(
  fc.tuple(fc.double({ min: 0, max: 2_000, noNaN: true }), fc.integer({ min: 1, max: 60 })),
  {
    minLength: 1,
    maxLength: 12,
  },
);

test("the count is never outside of its bounds, goes in by ones, and in only late after it went out", () => {
  fc.assert(
    fc.property(scalings, wave, (scaling, parts) => {
      const counts = play(
        scaling,
        parts.flatMap(([total, minutes]) => Array<number>(minutes).fill(total)),
      );
      counts.slice(1).forEach(({ count, minute }, index) => {
        const before = counts[index]!;
        expect(count).toBeGreaterThanOrEqual(scaling.min);
        expect(count).toBeLessThanOrEqual(scaling.max);
        const isIn = count < before.count;
        if (isIn) expect(count).toBe(before.count - 1);
        const waited = minute - before.minute;
        if (index > 0) expect(waited).toBeGreaterThanOrEqual(isIn ? 5 : 3);
        const grewBefore = index > 0 && before.count > counts[index - 1]!.count;
        if (isIn && grewBefore) expect(waited).toBeGreaterThanOrEqual(15);
      });
    }),
    RUNS,
  );
});

test("a load that stays, give or take a twentieth, moves the count one way and then no more", () => {
  fc.assert(
    fc.property(scalings, fc.double({ min: 1, max: 2_000, noNaN: true }), noise, (scaling, total, waver) => {
      // It rises to it, so that there is something to take away again.
      const totals = [...Array<number>(5).fill(2 * total), ...waver.map((part) => total * (1 + part / 20))];
      const counts = play(scaling, totals).map(({ count }) => count);
      const ups = counts.slice(1).filter((count, index) => count > counts[index]!);
      const turns = counts.slice(2).filter((count, index) => {
        const [before, first] = [counts[index + 1]!, counts[index]!];
        return count > before && before < first;
      });
      expect(turns).toEqual([]);
      expect(ups.length).toBeLessThanOrEqual(3);
    }),
    RUNS,
  );
});

test("where the load goes, the count follows: enough copies for it at last, and not many more", () => {
  fc.assert(
    fc.property(scalings, fc.double({ min: 1, max: 1_500, noNaN: true }), (scaling, total) => {
      const busy = Array<number>(30).fill(3 * total);
      const { count } = play(scaling, [...busy, ...Array<number>(600).fill(total)]).at(-1)!;
      const { min, max } = scaling;
      const needed = Math.ceil(total / TARGET - 1e-9);
      expect(count).toBeGreaterThanOrEqual(Math.min(max, Math.max(min, needed)));
      const gently = Math.ceil(total / (0.9 * TARGET) - 1e-9);
      expect(count).toBeLessThanOrEqual(Math.min(max, Math.max(min, gently) + 1));
    }),
    RUNS,
  );
});

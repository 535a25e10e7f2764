import { expect, test } from "vitest";
import { ticksOf } from "./ticks.ts";

const HOUR = 3_600_000;

test("ticks stand at round spans, as close as their words allow, and at both ends", () => {
  const over = (width: number, lengthMs: number) =>
    ticksOf(1000, 1000 + lengthMs, (at) => ((at - 1000) / lengthMs) * width).map((at) => (at - 1000) / 1000);
  expect(over(1000, 5200)).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5.2]);
  expect(over(240, 5200)).toEqual([0, 2, 5.2]);
  expect(over(1000, 85_000)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 85]);
  expect(over(40, 5200), "no room for any").toEqual([0, 5.2]);
});

test("what happened before and after a fold is marked as closely as without one, and none is drawn over another", () => {
  // A minute at either end and a night between, folded to 200 of 800 pixels.
  const night = 60_000 + 10 * HOUR;
  const place = (at: number) => {
    if (at < 60_000) return at / 200;
    return at < night ? 300 + (200 * (at - 60_000)) / (10 * HOUR) : 500 + (at - night) / 200;
  };
  const ticks = ticksOf(0, night + 60_000, place, 10 * HOUR);
  expect(ticks.filter((at) => at <= 60_000)).toEqual([0, 15_000, 30_000, 45_000, 60_000]);
  expect(ticks.filter((at) => at >= night).length).toBeGreaterThanOrEqual(4);
  const gaps = ticks.slice(1).map((at, i) => place(at) - place(ticks[i]!));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(70);
});

import { expect, test } from "vitest";
import { ago, ahead, duration } from "./time.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

test("lengths are told in the two units that matter", () => {
  expect([3_200, 12_000, 250_000, 7_500_000, 273_600_000].map(duration)).toEqual([
    "3.2 s",
    "12 s",
    "4 min 10 s",
    "2 h 5 min",
    "3 d 4 h",
  ]);
});

test("what was is ago, what comes is ahead, and neither is ever the other way round", () => {
  expect([ago(at(-720), NOW), ago(at(5), NOW)]).toEqual(["12 min ago", "just now"]);
  expect([ahead(at(720), NOW), ahead(at(-5), NOW)]).toEqual(["in 12 min", "now"]);
});

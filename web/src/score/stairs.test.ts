import { expect, test } from "vitest";
import { areaUnder, stairs } from "./stairs.ts";

const frame = { x: (ms: number) => ms / 10, y: (value: number) => 100 - value, to: 1000 };

test("a level holds until the next one, and the last until the end", () => {
  const levels = [
    { at: 0, value: 0 },
    { at: 500, value: 50 },
  ];
  expect(stairs(levels, frame)).toBe("M0.0 100.0H50.0V50.0H100.0");
  expect(areaUnder(levels, frame, 100)).toBe("M0.0 100.0H50.0V50.0H100.0V100H0.0Z");
  expect(stairs([], frame)).toBe("");
});

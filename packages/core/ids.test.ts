import fc from "fast-check";
import { expect, test } from "vitest";
import { instant } from "./clock.ts";
import { idSource, idTime } from "./ids.ts";

test("an id says what it names and is made of its time and of randomness", () => {
  const id = idSource(
    () => Date.parse("2026-01-05T12:00:00.000Z"),
    () => 0,
  );
  expect(id("dep")).toMatch(/^dep_[0-9a-hj-kmnp-tv-z]{19}$/);
  expect(id("dep").endsWith("0000000000")).toBe(true);
});

test("ids sort by their time", () => {
  const time = fc.integer({ min: 0, max: 32 ** 9 - 1 });
  fc.assert(
    fc.property(time, time, (a, b) => {
      const at = (now: number) =>
        idSource(
          () => now,
          () => 0.5,
        )("rel");
      expect(Math.sign(at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0)).toBe(Math.sign(a - b));
    }),
  );
});

test("an instant is ISO 8601 in UTC to the millisecond", () => {
  expect(instant(1_767_614_400_123)).toBe("2026-01-05T12:00:00.123Z");
});

test("an id tells when it was made, and what is no id tells nothing", () => {
  const at = Date.UTC(2026, 0, 5, 12);
  expect(idTime(idSource(() => at, Math.random)("dep"))).toBe(at);
  expect([idTime("dep_gone"), idTime(""), idTime("dep_!!!!!!!!!!!")]).toEqual([0, 0, 0]);
});

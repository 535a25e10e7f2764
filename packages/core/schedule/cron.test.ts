import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCron, schedulerExpression } from "./cron.ts";

test.each([
  ["* * * * *", "cron(* * * * ? *)"],
  ["0 8 * * *", "cron(0 8 * * ? *)"],
  ["*/15 * * * *", "cron(0,15,30,45 * * * ? *)"],
  ["0 9-17 * * MON-FRI", "cron(0 9-17 ? * 2-6 *)"],
  ["0 9-17/2 * * mon-fri", "cron(0 9,11,13,15,17 ? * 2-6 *)"],
  ["30 2 1 JAN,jul *", "cron(30 2 1 1,7 ? *)"],
  ["0 0 * * 0", "cron(0 0 ? * 1 *)"],
  ["0 0 * * 7", "cron(0 0 ? * 1 *)"],
  ["0 0 * * SAT-SUN", "cron(0 0 ? * 1,7 *)"],
  ["0 0 * * 5-7", "cron(0 0 ? * 1,6,7 *)"],
  ["0 0 * * 0-7", "cron(0 0 * * ? *)"],
  ["0 0 1-31 * 1", "cron(0 0 ? * 2 *)"],
  ["5,1,1,3 0 31 * *", "cron(1,3,5 0 31 * ? *)"],
  ["  0\t0  29 2 * ", "cron(0 0 29 2 ? *)"],
])("%j is %s", (text, expression) => {
  expect(schedulerExpression(parseCron(text))).toBe(expression);
});

test.each([
  ["", "must have five fields (minute, hour, day of month, month, day of week), not 0"],
  ["0 8 * *", "must have five fields (minute, hour, day of month, month, day of week), not 4"],
  ["0 0 8 * * *", "must have five fields (minute, hour, day of month, month, day of week), not 6"],
  ["@daily", "must have five fields (minute, hour, day of month, month, day of week), not 1"],
  ["61 * * * *", "minute must be 0 to 59, not 61"],
  ["* 24 * * *", "hour must be 0 to 23, not 24"],
  ["* * 0 * *", "day of month must be 1 to 31, not 0"],
  ["* * * FOO *", "month must be *, numbers, names (JAN), ranges, lists and steps, not FOO"],
  ["* * L * *", "day of month must be *, numbers, ranges, lists and steps, not L"],
  ["* * * * 2#1", "day of week must be *, numbers, names (SUN), ranges, lists and steps, not 2#1"],
  ["? * * * *", "minute must be *, numbers, ranges, lists and steps, not ?"],
  ["5-1 * * * *", "minute must rise, not 5-1"],
  ["*/0 * * * *", "minute must have a step of at least 1, not 0"],
  ["5/10 * * * *", "minute has a step without a range: write */10 or 5-59/10"],
  ["1,,2 * * * *", "minute must be *, numbers, ranges, lists and steps, not "],
  ["-5 * * * *", "minute must be *, numbers, ranges, lists and steps, not "],
  [
    "0 0 13 * 5",
    "names a day of month and a day of week: cron takes either, EventBridge Scheduler cannot; make it two schedules",
  ],
  ["0 0 30 2 *", "never comes: no such month has that day"],
  ["0 0 31 4,6,9,11 *", "never comes: no such month has that day"],
])("%j is refused: %s", (text, problem) => {
  expect(() => parseCron(text)).toThrow(new Error(problem));
});

test("what is said in six fields are the very values of the five, whichever they are", () => {
  const subset = (low: number, high: number) =>
    fc.uniqueArray(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(subset(0, 59), subset(0, 23), subset(1, 12), subset(0, 6), (minutes, hours, months, days) => {
      const text = `${minutes.join()} ${hours.join()} * ${months.join()} ${days.join()}`;
      const [minute, hour, , month, weekday] = schedulerExpression(parseCron(text)).slice(5, -1).split(" ");
      expect(valuesOf(minute!, 0, 59)).toEqual(sorted(minutes));
      expect(valuesOf(hour!, 0, 23)).toEqual(sorted(hours));
      expect(valuesOf(month!, 1, 12)).toEqual(sorted(months));
      if (days.length < 7) expect(valuesOf(weekday!, 1, 7)).toEqual(sorted(days.map((day) => day + 1)));
    }),
  );
});

const sorted = (values: number[]) => [...values].sort((a, b) => a - b);

function valuesOf(field: string, low: number, high: number): number[] {
  const all = Array.from({ length: high - low + 1 }, (_, index) => low + index);
  if (field === "*") return all;
  return field.split(",").flatMap((part) => {
    const [from, to = from] = part.split("-").map(Number);
    return all.filter((value) => value >= from! && value <= to!);
  });
}

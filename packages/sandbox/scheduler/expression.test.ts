import { expect, test } from "vitest";
import { nextAt, parseSchedule } from "./expression.ts";

function next(
  expression: string,
  after: string,
  zone = "UTC",
  created = "2026-01-01T00:00:00Z",
): string | undefined {
  const at = nextAt(parseSchedule(expression), Date.parse(created), Date.parse(after), zone);
  return at === undefined ? undefined : new Date(at).toISOString();
}

test("a rate counts from when the schedule was made", () => {
  expect(next("rate(5 minutes)", "2026-01-01T00:00:00Z")).toBe("2026-01-01T00:05:00.000Z");
  expect(next("rate(5 minutes)", "2026-01-01T00:07:30Z")).toBe("2026-01-01T00:10:00.000Z");
  expect(next("rate(1 minute)", "2026-01-01T00:10:40Z", "UTC", "2026-01-01T00:00:30Z")).toBe(
    "2026-01-01T00:11:30.000Z",
  );
  expect(next("rate(1 day)", "2026-01-01T00:00:01Z")).toBe("2026-01-02T00:00:00.000Z");
});

test("a cron field is a star, a list, a range, a step or a name", () => {
  expect(next("cron(0 12 * * ? *)", "2026-11-24T12:00:00Z")).toBe("2026-11-25T12:00:00.000Z");
  expect(next("cron(*/15 * * * ? *)", "2026-11-24T12:01:00Z")).toBe("2026-11-24T12:15:00.000Z");
  expect(next("cron(5,35 8-10 * * ? *)", "2026-11-24T10:06:00Z")).toBe("2026-11-24T10:35:00.000Z");
  expect(next("cron(0 9 ? * MON-FRI *)", "2026-11-27T09:00:00Z")).toBe("2026-11-30T09:00:00.000Z");
  expect(next("cron(0 0 1 JAN ? *)", "2026-11-24T00:00:00Z")).toBe("2027-01-01T00:00:00.000Z");
  expect(next("cron(0 9 ? * 1 *)", "2026-11-24T00:00:00Z")).toBe("2026-11-29T09:00:00.000Z");
});

test("a cron whose years are over has no next moment", () => {
  expect(next("cron(0 0 1 1 ? 2025)", "2026-01-01T00:00:00Z")).toBeUndefined();
});

test("a cron follows the wall clock of its zone through a change of the clocks", () => {
  expect(next("cron(0 8 * * ? *)", "2026-03-28T12:00:00Z", "Europe/Berlin")).toBe("2026-03-29T06:00:00.000Z");
  expect(next("cron(0 8 * * ? *)", "2026-03-27T12:00:00Z", "Europe/Berlin")).toBe("2026-03-28T07:00:00.000Z");
});

test("a time that the clock jumps over is left out, and one that it shows twice comes once", () => {
  expect(next("cron(30 2 * * ? *)", "2026-03-28T02:00:00Z", "Europe/Berlin")).toBe(
    "2026-03-30T00:30:00.000Z",
  );
  expect(next("cron(30 2 * * ? *)", "2026-10-24T02:00:00Z", "Europe/Berlin")).toBe(
    "2026-10-25T00:30:00.000Z",
  );
  expect(next("cron(30 2 * * ? *)", "2026-10-25T00:30:00Z", "Europe/Berlin")).toBe(
    "2026-10-26T01:30:00.000Z",
  );
  // Half an hour, on Lord Howe Island.
  expect(next("cron(45 1 * * ? *)", "2026-04-04T14:45:00Z", "Australia/Lord_Howe")).toBe(
    "2026-04-05T15:15:00.000Z",
  );
  expect(next("at(2026-03-29T02:30:00)", "2026-03-28T00:00:00Z", "Europe/Berlin")).toBeUndefined();
  expect(next("at(2026-03-29T01:30:00)", "2026-03-28T00:00:00Z", "Europe/Berlin")).toBe(
    "2026-03-29T00:30:00.000Z",
  );
});

test("a one-time schedule is once, in its zone", () => {
  expect(next("at(2026-11-24T12:00:00)", "2026-11-24T11:00:00Z")).toBe("2026-11-24T12:00:00.000Z");
  expect(next("at(2026-11-24T12:00:00)", "2026-11-24T10:59:00Z", "Europe/Berlin")).toBe(
    "2026-11-24T11:00:00.000Z",
  );
  expect(next("at(2026-11-24T12:00:00)", "2026-11-24T12:00:00Z")).toBeUndefined();
});

test.each([
  "rate(0 minutes)",
  "rate(5 seconds)",
  "every minute",
  "cron(* * * * *)",
  "cron(60 * * * ? *)",
  "cron(0 12 * * * *)",
  "cron(0 12 ? * ? *)",
  "cron(0 12 L * ? *)",
  "cron(*/0 * * * ? *)",
  "at(2026-11-24)",
])("%s is refused by name", (expression) => {
  expect(() => parseSchedule(expression)).toThrow(`Invalid Schedule Expression ${expression}.`);
});

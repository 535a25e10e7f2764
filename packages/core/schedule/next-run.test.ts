import { expect, test } from "vitest";
import { parseCron } from "./cron.ts";
import { nextRunMs } from "./next-run.ts";
import { isTimeZone } from "./wall-clock.ts";

function next(cron: string, after: string, zone = "UTC"): string | null {
  const at = nextRunMs(parseCron(cron), zone, Date.parse(after));
  return at === null ? null : new Date(at).toISOString().slice(0, 16);
}

test.each([
  ["*/15 * * * *", "2026-11-24T12:01:00Z", "UTC", "2026-11-24T12:15"],
  ["0 12 * * *", "2026-11-24T12:00:00Z", "UTC", "2026-11-25T12:00"],
  ["0 12 * * *", "2026-11-24T11:59:59Z", "UTC", "2026-11-24T12:00"],
  ["0 9 * * MON-FRI", "2026-11-27T09:00:00Z", "UTC", "2026-11-30T09:00"],
  ["0 0 29 2 *", "2026-11-24T00:00:00Z", "UTC", "2028-02-29T00:00"],
  ["0 8 * * *", "2026-07-01T00:00:00Z", "Europe/Berlin", "2026-07-01T06:00"],
  ["0 8 * * *", "2026-12-01T00:00:00Z", "Europe/Berlin", "2026-12-01T07:00"],
  // 28 to 29 March: 2:30 does not come.
  ["30 2 * * *", "2026-03-28T02:00:00Z", "Europe/Berlin", "2026-03-30T00:30"],
  // 25 October: 2:30 comes twice and counts once.
  ["30 2 * * *", "2026-10-24T02:00:00Z", "Europe/Berlin", "2026-10-25T00:30"],
  ["30 2 * * *", "2026-10-25T00:30:00Z", "Europe/Berlin", "2026-10-26T01:30"],
  ["45 1 * * *", "2026-04-04T14:45:00Z", "Australia/Lord_Howe", "2026-04-05T15:15"],
  ["0 0 * * *", "2026-11-24T00:00:00Z", "Pacific/Kiritimati", "2026-11-24T10:00"],
  ["0 0 * * *", "2026-11-24T00:00:00Z", "Pacific/Pago_Pago", "2026-11-24T11:00"],
  ["15 5 * * *", "2026-11-24T00:00:00Z", "Asia/Kathmandu", "2026-11-24T23:30"],
])("%s after %s in %s comes at %s", (cron, after, zone, expected) => {
  expect(next(cron, after, zone)).toBe(expected);
});

test.each([
  ["UTC", true],
  ["Europe/Berlin", true],
  ["Asia/Calcutta", true],
  ["Europe/Atlantis", false],
  ["+02:00", false],
  ["", false],
])("%j is a time zone: %s", (name, is) => {
  expect(isTimeZone(name)).toBe(is);
});

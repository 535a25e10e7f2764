import { expect, test } from "vitest";
import { noteServerDate, serverNow } from "./server-clock.ts";

const NOON = Date.UTC(2026, 0, 5, 12);

test("a clock that is an hour behind is set right by the API's own date", () => {
  noteServerDate("Mon, 05 Jan 2026 13:00:00 GMT", NOON);
  expect(serverNow(NOON + 5_000)).toBe(NOON + 3_600_000 + 5_000);
});

test("a second or two is the way of the answer, not a wrong clock", () => {
  noteServerDate("Mon, 05 Jan 2026 12:00:02 GMT", NOON);
  expect(serverNow(NOON)).toBe(NOON);
});

test("an answer without a date changes nothing", () => {
  noteServerDate("Mon, 05 Jan 2026 11:00:00 GMT", NOON);
  noteServerDate(null, NOON);
  noteServerDate("soon", NOON);
  expect(serverNow(NOON)).toBe(NOON - 3_600_000);
});

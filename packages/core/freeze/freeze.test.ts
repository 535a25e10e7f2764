import fc from "fast-check";
import { expect, test } from "vitest";
import { type Calendar, closedAt, closedSentence, DAYS, isHeldByFreeze, nextClosing } from "./freeze.ts";

const at = (text: string) => Date.parse(text);
const YEARS_END = { from: "2026-12-20T00:00:00Z", to: "2027-01-03T00:00:00Z", reason: "year's end" };
const NIGHTS = {
  days: ["MON", "TUE", "WED", "THU"] as const,
  from: "22:00",
  to: "02:00",
  timezone: "Europe/Berlin",
};
const nights: Calendar = { maintenance: [{ ...NIGHTS, days: [...NIGHTS.days] }] };

test("without a calendar an environment is always open", () => {
  expect(closedAt({}, at("2026-12-24T18:00:00Z"))).toBeNull();
});

test("a freeze closes from its first instant up to its last, which is open again", () => {
  const calendar = { freezes: [YEARS_END] };
  expect(closedAt(calendar, at("2026-12-19T23:59:59Z"))).toBeNull();
  expect(closedAt(calendar, at("2026-12-20T00:00:00Z"))).toEqual({
    reason: "frozen, year's end",
    opensAt: "2027-01-03T00:00:00.000Z",
  });
  expect(closedAt(calendar, at("2027-01-03T00:00:00Z"))).toBeNull();
});

test("a freeze that follows a freeze opens after the last of them", () => {
  const more = { from: "2027-01-03T00:00:00Z", to: "2027-01-04T00:00:00Z", reason: "one day more" };
  expect(closedAt({ freezes: [more, YEARS_END] }, at("2026-12-24T00:00:00Z"))?.opensAt).toBe(
    "2027-01-04T00:00:00.000Z",
  );
});

test("windows go by their own clock, and over midnight", () => {
  // Monday the 5th of January 2026; Berlin is an hour ahead of UTC.
  expect(closedAt(nights, at("2026-01-05T20:59:59Z"))).toEqual({
    reason: "outside its maintenance windows",
    opensAt: "2026-01-05T21:00:00.000Z",
  });
  expect(closedAt(nights, at("2026-01-05T21:00:00Z"))).toBeNull();
  expect(closedAt(nights, at("2026-01-06T00:59:59Z"))).toBeNull();
  expect(closedAt(nights, at("2026-01-06T01:00:00Z"))?.opensAt).toBe("2026-01-06T21:00:00.000Z");
  // Of the night from Thursday to Friday the last, then not before Monday.
  expect(closedAt(nights, at("2026-01-09T01:00:00Z"))?.opensAt).toBe("2026-01-12T21:00:00.000Z");
});

test("in summer the same window opens an hour earlier by UTC", () => {
  expect(closedAt(nights, at("2026-07-06T19:59:59Z"))?.opensAt).toBe("2026-07-06T20:00:00.000Z");
  expect(closedAt(nights, at("2026-07-06T20:00:00Z"))).toBeNull();
});

test("a window that begins in the hour that spring leaves out begins an hour later", () => {
  const early: Calendar = {
    maintenance: [{ days: ["SUN"], from: "02:30", to: "04:00", timezone: "Europe/Berlin" }],
  };
  // On the 29th of March 2026 the clock goes from 02:00 to 03:00, at 01:00 UTC.
  expect(closedAt(early, at("2026-03-29T00:59:00Z"))?.opensAt).toBe("2026-03-29T01:30:00.000Z");
  expect(closedAt(early, at("2026-03-29T01:45:00Z"))).toBeNull();
  expect(closedAt(early, at("2026-03-29T02:00:00Z"))).not.toBeNull();
});

test("a window that lies in that hour is as long as on any other day", () => {
  const short: Calendar = {
    maintenance: [{ days: ["SUN"], from: "02:30", to: "03:15", timezone: "Europe/Berlin" }],
  };
  expect(closedAt(short, at("2027-03-28T01:29:00Z"))?.opensAt).toBe("2027-03-28T01:30:00.000Z");
  expect(closedAt(short, at("2027-03-28T02:14:00Z"))).toBeNull();
  expect(closedAt(short, at("2027-03-28T02:15:00Z"))).not.toBeNull();
});

test("a window in a freeze is closed, and it opens with the next window after it", () => {
  const calendar = { ...nights, freezes: [YEARS_END] };
  expect(closedAt(calendar, at("2026-12-21T22:00:00Z"))).toEqual({
    reason: "frozen, year's end",
    opensAt: "2027-01-04T21:00:00.000Z",
  });
});

test("ways back, scaling, healing, removing and an override are not held up", () => {
  expect(isHeldByFreeze({ trigger: "api" })).toBe(true);
  expect(isHeldByFreeze({ trigger: "schedule", purpose: "restart" })).toBe(true);
  // To a release that never ran there: that is no way back.
  expect(isHeldByFreeze({ trigger: "rollback" })).toBe(true);
  for (const free of [
    { trigger: "rollback" as const, wayBack: true },
    { trigger: "train" as const, wayBack: true },
    { trigger: "healing" as const },
    { trigger: "api" as const, purpose: "scale" as const },
    { trigger: "api" as const, purpose: "remove" as const },
    { trigger: "api" as const, override: { by: "ann", reason: "on fire" } },
  ])
    expect(isHeldByFreeze(free)).toBe(false);
});

test("it is told in a sentence", () => {
  expect(closedSentence("prod", { reason: "frozen, x", opensAt: "2027-01-03T00:00:00.000Z" })).toBe(
    "prod takes no releases until 2027-01-03T00:00:00.000Z: frozen, x.",
  );
});

test("whenever it is said to open it is open, around every change of the clock too", () => {
  const zone = fc.constantFrom(
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
  );
  const clock = fc
    .integer({ min: 0, max: 24 * 60 - 1 })
    .map((m) => `${`${Math.floor(m / 60)}`.padStart(2, "0")}:${`${m % 60}`.padStart(2, "0")}`);
  const window = fc.record({
    days: fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1 }),
    from: clock,
    to: clock,
    timezone: zone,
  });
  const freeze = fc
    .tuple(fc.integer({ min: 0, max: 365 }), fc.integer({ min: 1, max: 30 }))
    .map(([day, length]) => ({
      from: new Date(Date.UTC(2026, 0, 1 + day)).toISOString(),
      to: new Date(Date.UTC(2026, 0, 1 + day + length)).toISOString(),
      reason: "x",
    }));
  fc.assert(
    fc.property(
      fc.record({
        freezes: fc.array(freeze, { maxLength: 3 }),
        maintenance: fc.array(window, { maxLength: 3 }),
      }),
      fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) }),
      (calendar, nowMs) => {
        const closed = closedAt(calendar, nowMs);
        if (closed === null || closed.opensAt === null) return;
        const opensMs = Date.parse(closed.opensAt);
        expect(opensMs).toBeGreaterThan(nowMs);
        expect(closedAt(calendar, opensMs)).toBeNull();
        expect(closedAt(calendar, opensMs - 1)).not.toBeNull();
      },
    ),
    { numRuns: 300 },
  );
});

test("what is open tells when it closes next: by a freeze that begins, or by the end of its window", () => {
  const calendar = { freezes: [YEARS_END] };
  expect(nextClosing(calendar, at("2026-12-19T12:00:00Z"))).toEqual({
    reason: "frozen, year's end",
    closesAt: "2026-12-20T00:00:00.000Z",
  });
  expect(nextClosing(calendar, at("2026-12-24T00:00:00Z"))).toBeNull();
  // A week before it is soon enough.
  expect(nextClosing(calendar, at("2026-12-12T00:00:00Z"))).toBeNull();
  expect(nextClosing(nights, at("2026-01-05T22:00:00Z"))).toEqual({
    reason: "outside its maintenance windows",
    closesAt: "2026-01-06T01:00:00.000Z",
  });
});

test("a window that follows a window is no closing", () => {
  const window = { days: [...DAYS], timezone: "UTC" };
  const both = {
    maintenance: [
      { ...window, from: "10:00", to: "12:00" },
      { ...window, from: "12:00", to: "13:00" },
    ],
  };
  expect(nextClosing(both, at("2026-01-05T11:00:00Z"))?.closesAt).toBe("2026-01-05T13:00:00.000Z");
});

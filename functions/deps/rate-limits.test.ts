import { expect, test } from "vitest";
import { DEFAULT_RATE_LIMITS, rateLimits } from "./rate-limits.ts";

test("limits are the environment's, and else what holds everywhere", () => {
  expect(rateLimits({})).toEqual(DEFAULT_RATE_LIMITS);
  expect(rateLimits({ TUTTI_RATE_PER_SECOND: "7", TUTTI_FAILURES_BURST: "9" })).toEqual({
    calls: { ...DEFAULT_RATE_LIMITS.calls, perSecond: 7 },
    failures: { ...DEFAULT_RATE_LIMITS.failures, burst: 9 },
  });
});

test.each(["0", "-1", "1.5", "many", "1e9"])("a limit of %s is refused by its name", (text) => {
  expect(() => rateLimits({ TUTTI_RATE_BURST: text })).toThrow(/^TUTTI_RATE_BURST: /);
});

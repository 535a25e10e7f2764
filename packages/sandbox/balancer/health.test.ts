import { expect, test } from "vitest";
import { type CheckResult, type Health, matchesCode, nextHealth, REGISTERING } from "./health.ts";

const THRESHOLDS = { healthyThreshold: 3, unhealthyThreshold: 2 };
const OK: CheckResult = { ok: true };
const BAD: CheckResult = { ok: false, reason: "Target.Timeout", description: "Request timed out" };

function after(...results: CheckResult[]): Health {
  return results.reduce((health, result) => nextHealth(health, result, THRESHOLDS), REGISTERING);
}

test("A new target is healthy after one passed check, whatever the threshold.", () => {
  expect(after(OK).state).toBe("healthy");
  expect(after(BAD, OK).state).toBe("healthy");
});

test("A new target that fails stays initial until the unhealthy threshold.", () => {
  expect(after(BAD)).toMatchObject({ state: "initial", reason: "Elb.InitialHealthChecking" });
  expect(after(BAD, BAD)).toMatchObject({
    state: "unhealthy",
    reason: "Target.Timeout",
    description: "Request timed out",
  });
});

test("A healthy target leaves after so many failures in a row, and comes back after so many successes in a row.", () => {
  expect(after(OK, BAD, OK, BAD).state).toBe("healthy");
  expect(after(OK, BAD, BAD).state).toBe("unhealthy");
  expect(after(OK, BAD, BAD, OK, OK).state).toBe("unhealthy");
  expect(after(OK, BAD, BAD, OK, OK, BAD, OK, OK).state).toBe("unhealthy");
  expect(after(OK, BAD, BAD, OK, OK, OK)).toEqual({ state: "healthy", successes: 3, failures: 0 });
});

test("The reason of an unhealthy target is that of its last failed check.", () => {
  const other: CheckResult = {
    ok: false,
    reason: "Target.FailedHealthChecks",
    description: "Health checks failed",
  };
  expect(after(BAD, BAD, other).reason).toBe("Target.FailedHealthChecks");
});

test("A matcher is codes and ranges.", () => {
  expect(matchesCode("200", 200)).toBe(true);
  expect(matchesCode("200,302", 302)).toBe(true);
  expect(matchesCode("200-299", 204)).toBe(true);
  expect(matchesCode("200-299,404", 301)).toBe(false);
});

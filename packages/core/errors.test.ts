import { expect, test } from "vitest";
import { ERRORS, type ErrorCode, errorName, TuttiError } from "./errors.ts";

const CODES = Object.keys(ERRORS) as ErrorCode[];

test.each(CODES)("%s has an HTTP status, a word on trying again, and a sentence for people", (code) => {
  const { status, retryable, title } = ERRORS[code];
  expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(600);
  expect(typeof retryable).toBe("boolean");
  expect(title).toMatch(/^[A-Z].*\.$/);
});

test("names for workflows are derived from the codes, one for each", () => {
  expect(errorName("stale_write")).toBe("Tutti.StaleWrite");
  expect(errorName("internal")).toBe("Tutti.Internal");
  expect(new Set(CODES.map(errorName)).size).toBe(CODES.length);
});

test("an error carries its code, its paths and its cause", () => {
  const cause = new Error("below");
  const errors = [{ path: "replicas", message: "must be at least 1, not 0" }];
  const error = new TuttiError("invalid_input", "replicas: must be at least 1, not 0", { errors, cause });
  expect(error).toMatchObject({
    name: "Tutti.InvalidInput",
    code: "invalid_input",
    errors,
    extra: {},
    cause,
  });
  expect(error).toBeInstanceOf(Error);
});

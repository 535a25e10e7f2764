import { expect, test } from "vitest";
import { TuttiError } from "#core/errors.ts";
import { asTuttiError } from "./asking.ts";
import { asSentence, whyOf } from "./why.ts";

test("what a function threw is found in the cause", () => {
  const Cause = JSON.stringify({
    errorType: "Tutti.CapacityExceeded",
    errorMessage: "2 missing.",
    trace: [],
  });
  expect(whyOf({ Error: "Tutti.CapacityExceeded", Cause })).toBe("2 missing");
});

test("a time-out, a bare name, no cause at all: each gives words", () => {
  expect(whyOf({ Error: "States.Timeout", Cause: "" })).toBe(
    "a call to the platform did not come back in time",
  );
  expect(whyOf({ Error: "Lambda.Unknown" })).toBe("Lambda.Unknown");
  expect(whyOf(null)).toBe("an unknown error");
  expect(whyOf({ Error: "X", Cause: "plain words" })).toBe("plain words");
});

test("a cause of any length becomes a sentence of bounded length", () => {
  expect(whyOf({ Error: "X", Cause: "a".repeat(10_000) })).toHaveLength(500);
  expect(asSentence("host-1 is gone. ")).toBe("host-1 is gone.");
  expect(asSentence("aborted by bob")).toBe("Aborted by bob.");
});

test("errors of the platform get the codes that the workflow knows", () => {
  const thrown = (name: string) =>
    asTuttiError(Object.assign(new Error("no"), { name }), "driver_failed").code;
  expect(thrown("AccessDeniedException")).toBe("platform_denied");
  expect(thrown("UnauthorizedOperation")).toBe("platform_denied");
  expect(thrown("TimeoutError")).toBe("unreachable");
  expect(thrown("ThrottlingException")).toBe("driver_failed");
  const own = new TuttiError("not_found", "gone");
  expect(asTuttiError(own, "internal")).toBe(own);
});

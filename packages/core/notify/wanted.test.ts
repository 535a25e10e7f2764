import { expect, test } from "vitest";
import { aNotice, aReceiver } from "#test/support/a-notice.ts";
import { isKnownEvent, isWanted } from "./wanted.ts";

test.each([
  [{}, true],
  [{ events: ["deployment.rolling_back"] }, true],
  [{ events: ["deployment.failed", "deployment.roll*"] }, true],
  [{ events: ["deployment.failed"] }, false],
  [{ events: ["target.*"] }, false],
  [{ apps: ["sh*"] }, true],
  [{ apps: ["orders"] }, false],
  [{ apps: ["orders"], events: ["*"] }, false],
])("a receiver with %j wants a shop that rolls back: %s", (overrides, wanted) => {
  expect(isWanted(aReceiver(overrides), aNotice())).toBe(wanted);
});

test.each([
  ["deployment.failed", true],
  ["*", true],
  ["*.degraded", true],
  ["deployment.fail", false],
  ["healing.*", false],
])("%s matches some notice: %s", (pattern, known) => {
  expect(isKnownEvent(pattern)).toBe(known);
});

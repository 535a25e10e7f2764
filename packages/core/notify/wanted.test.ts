import { expect, test } from "vitest";
import { aNotice, aReceiver } from "#test/support/a-notice.ts";
import { aMember, aTrain } from "#test/support/a-train.ts";
import { trainNotices } from "./notice-of-train.ts";
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
  [{}, true],
  [{ apps: ["web"] }, true],
  [{ apps: ["orders"] }, false],
  [{ events: ["deployment.*"] }, false],
])("a receiver in prod with %j wants a train of web/prod and orders/stage: %s", (overrides, wanted) => {
  const members = [
    aMember({ app: "web", environment: "prod" }),
    aMember({ app: "orders", environment: "stage" }),
  ];
  expect(isWanted(aReceiver(overrides), trainNotices(aTrain({ members }))[0]!)).toBe(wanted);
});

test.each([
  ["deployment.failed", true],
  ["*", true],
  ["*.degraded", true],
  ["deployment.fail", false],
  ["healing.*", true],
  ["healing.failed", false],
])("%s matches some notice: %s", (pattern, known) => {
  expect(isKnownEvent(pattern)).toBe(known);
});

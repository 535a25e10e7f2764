import { expect, test } from "vitest";
import { aMember, aTrain } from "#test/support/a-train.ts";
import { trainNotices } from "./notice-of-train.ts";

const MEMBERS = [
  aMember({ app: "orders", environment: "prod" }),
  aMember({ app: "web", environment: "stage" }),
  aMember({ app: "web", environment: "prod" }),
];
const statusAt = "2026-01-05T12:00:00.000Z";

test("a train is told once to each environment that it stops in, with all that it moves", () => {
  const train = aTrain({ id: "train_1", name: "friday", createdBy: "ann", members: MEMBERS, statusAt });
  const notices = trainNotices(train);
  expect(notices.map(({ id, type, environment, at }) => [id, type, environment, at])).toEqual([
    ["train_1-running-prod", "train.running", "prod", statusAt],
    ["train_1-running-stage", "train.running", "stage", statusAt],
  ]);
  expect(notices[0]).toMatchObject({
    app: null,
    kind: null,
    message: "Train friday departs with 3 deployments, by ann.",
    train: { id: "train_1", status: "running", targets: ["orders/prod", "web/stage", "web/prod"] },
  });
});

test.each([
  ["rolling_back", "Train friday goes back: orders/prod failed."],
  ["succeeded", "Train friday has arrived: orders/prod failed."],
  ["rolled_back", "Train friday went back: orders/prod failed."],
  ["failed", "Train friday failed: orders/prod failed."],
  ["cancelled", "Train friday was cancelled: orders/prod failed."],
] as const)("one that is %s says why", (status, message) => {
  const train = aTrain({ name: "friday", status, reason: "orders/prod failed.", members: MEMBERS });
  expect(trainNotices(train)[0]).toMatchObject({ type: `train.${status}`, message });
});

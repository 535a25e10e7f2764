import { expect, test } from "vitest";
import { aNotice } from "#test/support/a-notice.ts";
import { repairNotices } from "../notify/notice-of-healing.ts";
import { measuresOf } from "./measures.ts";

const endedAt = "2026-01-05T12:00:31.500Z";
const ended = { id: "dep_7", status: "rolled_back", endedAt, startedAt: "2026-01-05T12:00:00.000Z" } as const;
const about = { app: "shop", environment: "prod", kind: "server", deploymentId: "dep_7" };

test("an end is counted as what it is, and how long it took", () => {
  expect(measuresOf(aNotice({ type: "deployment.rolled_back", deployment: ended }))).toEqual([
    { values: { Deployments: 1 }, dimensions: { end: "rolled_back" }, about },
    { values: { DeploymentSeconds: 31.5 }, about: { ...about, end: "rolled_back" } },
  ]);
});

test("one that never began took no time", () => {
  const deployment = { ...ended, status: "cancelled", startedAt: null } as const;
  expect(measuresOf(aNotice({ type: "deployment.cancelled", deployment }))).toEqual([
    { values: { Deployments: 1 }, dimensions: { end: "cancelled" }, about },
  ]);
});

test("what is no end, or tells of an end again in other words, is not counted", () => {
  expect(measuresOf(aNotice())).toEqual([]);
  expect(measuresOf(aNotice({ type: "target.recovered", deployment: ended }))).toEqual([]);
});

test("a repair counts what was mended or begun, and nothing that failed", () => {
  const actions = (["repaired", "begun", "failed"] as const).map((result) => {
    return { replica: "web-1", finding: "answered 500", action: "restart", result };
  });
  const at = "2026-01-05T12:00:00.000Z";
  const run = { id: "heal_1", app: "shop", environment: "prod", trigger: "schedule", summary: "" } as const;
  const [notice] = repairNotices("server", { ...run, startedAt: at, endedAt: at, actions });
  expect(measuresOf(notice!)).toMatchObject([{ values: { Repairs: 2 }, about: { healingRun: "heal_1" } }]);
});

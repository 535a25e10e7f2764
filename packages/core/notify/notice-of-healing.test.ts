import { expect, test } from "vitest";
import type { HealingAction, HealingRun } from "../domain/healing-run.ts";
import type { Target } from "../domain/target.ts";
import { repairNotices, verdictNotices } from "./notice-of-healing.ts";

const AT = "2026-01-05T12:00:00.000Z";
const RUN = {
  id: "heal_1",
  app: "shop",
  environment: "prod",
  trigger: "schedule",
  startedAt: AT,
  endedAt: AT,
} as const;

function aRun(...results: HealingAction["result"][]): HealingRun {
  const actions = results.map((result) => ({
    replica: "web-1",
    finding: "answered 500",
    action: "restart",
    result,
  }));
  return { ...RUN, actions, summary: "1 of 1 repaired." };
}

test.each([
  [["repaired"], 1],
  [["failed", "begun"], 1],
  [["failed"], 0],
  [["held", "held"], 0],
  [[], 0],
] as const)("a run whose actions are %j makes %d notices", (results, count) => {
  expect(repairNotices("server", aRun(...results))).toHaveLength(count);
});

test("a repair says where, what, and which run", () => {
  expect(repairNotices("server", aRun("repaired"))).toEqual([
    {
      schema: 1,
      id: "heal_1-repaired",
      type: "healing.repaired",
      at: AT,
      app: "shop",
      environment: "prod",
      kind: "server",
      message: "shop/prod: 1 of 1 repaired.",
      healing: { id: "heal_1", trigger: "schedule", actions: aRun("repaired").actions },
    },
  ]);
});

type Word = "well" | "held" | "given up" | "left by a deployment";

function aTarget(word: Word, revision: number): Parameters<typeof verdictNotices>[0] {
  const place = { app: "shop", environment: "prod", kind: "server", revision } as const;
  const own = (heldSince: string | null): Target["healing"] => ({ patients: [], heldSince, degraded: true });
  if (word === "well") return { ...place, degraded: null };
  if (word === "left by a deployment") return { ...place, degraded: "not even the way back worked" };
  return { ...place, degraded: `it is ${word}`, healing: own(word === "held" ? AT : null) };
}

test.each([
  ["well", "well", []],
  ["well", "held", ["healing.held", "target.degraded"]],
  ["well", "given up", ["healing.gave_up", "target.degraded"]],
  ["held", "held", []],
  ["held", "given up", ["healing.gave_up"]],
  ["held", "well", ["target.recovered"]],
  ["given up", "well", ["target.recovered"]],
  ["left by a deployment", "left by a deployment", []],
] as const)("a target that was %s and is %s is told as %j", (before, after, types) => {
  const notices = verdictNotices(aTarget(before, 4), aTarget(after, 5), AT);
  expect(notices.map(({ type }) => type)).toEqual(types);
  expect(new Set(notices.map(({ id }) => id)).size).toBe(types.length);
});

test("the next time that it is held is another notice", () => {
  const [first] = verdictNotices(aTarget("well", 4), aTarget("held", 5), AT);
  const [second] = verdictNotices(aTarget("well", 8), aTarget("held", 9), AT);
  expect([first!.id, second!.id]).toEqual(["shop/prod-5-held", "shop/prod-9-held"]);
});

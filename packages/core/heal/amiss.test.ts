import { expect, test } from "vitest";
import type { Replica } from "../domain/replica.ts";
import type { PlannedStep } from "../domain/step.ts";
import { amissBecause, judgeAmiss } from "./amiss.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const TURN = { policy: { pauseSeconds: 30, maxRepairs: 3 }, asked: false, isFree: true };
const replica = (id: string, version: string): Replica => ({
  id,
  version,
  health: "healthy",
  address: null,
  startedAt: null,
});
const step = (action: PlannedStep["action"], ...replicas: string[]): PlannedStep => ({
  type: "batch",
  label: "",
  replicas,
  ...(action && { action }),
});

test.each([
  [[], null],
  [[step("install", "a")], null],
  [[step("install", "c")], "one copy is missing."],
  [[step("install", "b")], "b runs another release."],
  [
    [step("install", "b", "c", "d"), step("remove", "a")],
    "2 copies are missing; b runs another release; a is too many.",
  ],
] as const)("%j is said in words", (steps, words) => {
  const fleet = { replicas: [replica("a", "v2"), replica("b", "v1")] };
  expect(amissBecause({ fleet, release: "v2", steps: [...steps] })).toBe(words);
});

test("it is put right after a pause, then after ever longer ones, so often and no more", () => {
  let state = judgeAmiss("one copy is missing.", undefined, TURN, NOW);
  expect(state).toEqual({
    amiss: { since: "2026-01-05T12:00:00.000Z", tries: 0, triedAt: null },
    isDue: false,
  });
  const due: number[] = [];
  for (let second = 0; second <= 600; second += 10) {
    state = judgeAmiss("one copy is missing.", state.amiss!, TURN, NOW + second * 1000);
    if (state.isDue) due.push(second);
  }
  expect(due).toEqual([30, 60, 120]);
  expect(judgeAmiss(null, state.amiss!, TURN, NOW)).toEqual({ amiss: null, isDue: false });
});

test("who asks by hand waits for no pause and no limit, but for what is done already", () => {
  const tried = { since: "2026-01-05T11:00:00.000Z", tries: 3, triedAt: "2026-01-05T12:00:00.000Z" };
  const due = (turn: Partial<typeof TURN>, before?: typeof tried) =>
    judgeAmiss("one copy is missing.", before, { ...TURN, ...turn }, NOW).isDue;
  expect([due({}), due({ asked: true }), due({ asked: true }, tried)]).toEqual([false, true, true]);
  expect(due({ asked: true, isFree: false })).toBe(false);
});

import { expect, test } from "vitest";
import { judgeExit, mayStart, startsAgain } from "./unit-state.ts";

const unit = { successStatuses: ["143"], ignoreFailure: false };

test("An exit is clean with 0, a polite signal or a status that the unit names.", () => {
  expect(judgeExit({ code: 0, signal: null }, unit)).toBe("success");
  expect(judgeExit({ code: null, signal: "SIGTERM" }, unit)).toBe("success");
  expect(judgeExit({ code: 143, signal: null }, unit)).toBe("success");
  expect(judgeExit({ code: 1, signal: null }, unit)).toBe("exit-code");
  expect(judgeExit({ code: null, signal: "SIGKILL" }, unit)).toBe("signal");
  expect(judgeExit({ code: 1, signal: null }, { ...unit, ignoreFailure: true })).toBe("success");
});

test("Restart= decides by how it ended.", () => {
  const ends = ["success", "exit-code", "signal"] as const;
  expect(ends.map((end) => startsAgain("no", end))).toEqual([false, false, false]);
  expect(ends.map((end) => startsAgain("always", end))).toEqual([true, true, true]);
  expect(ends.map((end) => startsAgain("on-failure", end))).toEqual([false, true, true]);
  expect(ends.map((end) => startsAgain("on-abort", end))).toEqual([false, false, true]);
});

test("More starts within the interval than StartLimitBurst are not allowed.", () => {
  const limit = { burst: 2, intervalMilliseconds: 1_000 };
  expect(mayStart([100], 500, limit)).toBe(true);
  expect(mayStart([100, 200], 500, limit)).toBe(false);
  expect(mayStart([100, 200], 1_150, limit)).toBe(true);
  expect(mayStart([1, 2, 3], 4, { burst: 0, intervalMilliseconds: 1_000 })).toBe(true);
});

import { expect, test } from "vitest";
import { stateOf } from "./stop-state.ts";

const of = (...statuses: Parameters<typeof stateOf>[0][number]["status"][]) =>
  stateOf(statuses.map((status) => ({ status })));

test("what calls for attention tells how the stop stands", () => {
  expect(of("succeeded", "running")).toBe("here");
  expect(of("succeeded", "rolling_back")).toBe("goingBack");
  expect(of("rolled_back", "failed", "rolling_back")).toBe("broken");
  expect(of("succeeded", "cancelled")).toBe("back");
  expect(of("succeeded", "overtaken")).toBe("done");
  expect(of("waiting", "waiting")).toBe("ahead");
  expect(of("skipped")).toBe("passed");
});

import { expect, test } from "vitest";
import { withLook } from "./health-history.ts";

const look = (id: string, health: "healthy" | "unhealthy") => ({
  id,
  health,
  version: "v1",
  address: null,
  startedAt: null,
});

test("each look is added to its replica's, the last forty are kept, and who is gone is forgotten", () => {
  let history = withLook(new Map(), [look("a", "healthy"), look("b", "unhealthy")]);
  for (let i = 0; i < 50; i++) history = withLook(history, [look("a", "unhealthy")]);
  expect([...history.keys()]).toEqual(["a"]);
  expect(history.get("a")).toEqual(Array.from({ length: 40 }, () => "unhealthy"));
});

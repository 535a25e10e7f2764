import { expect, test } from "vitest";
import { barsOf, type HealthHistory, withLook } from "./health-history.ts";

type Health = "healthy" | "unhealthy" | "starting";

const replica = (id: string, health: Health) => ({
  id,
  health,
  version: "v1",
  address: null,
  startedAt: null,
});

/** Of `a`, as it was found at these seconds. */
function found(looks: [seconds: number, health: Health][]): HealthHistory {
  let history: HealthHistory = new Map();
  for (const [seconds, health] of looks) history = withLook(history, [replica("a", health)], seconds * 1000);
  return history;
}

test("a bar is five seconds, from the first look up to now, however seldom one looked", () => {
  const history = found([
    [0, "healthy"],
    [20, "healthy"],
  ]);
  expect(barsOf(history.get("a")!, 20_000)).toEqual(Array.from({ length: 5 }, () => "healthy"));
  expect(barsOf(history.get("a")!, 600_000).length, "the last of them").toBe(40);
  expect(barsOf([], 20_000)).toEqual([]);
});

test("a bar shows the worst that happened within it", () => {
  const turns = found([
    [0, "healthy"],
    [11, "unhealthy"],
    [12, "starting"],
    [13, "healthy"],
  ]).get("a")!;
  expect(barsOf(turns, 20_000)).toEqual(["healthy", "healthy", "healthy", "unhealthy", "healthy"]);
});

test("who is gone is forgotten, and so is what no bar shows any more", () => {
  const early = found([
    [0, "unhealthy"],
    [1, "healthy"],
  ]);
  const later = withLook(early, [replica("a", "unhealthy"), replica("b", "healthy")], 400_000);
  expect(later.get("a")).toEqual([
    { at: 1000, health: "healthy" },
    { at: 400_000, health: "unhealthy" },
  ]);
  expect([...withLook(later, [replica("b", "healthy")], 401_000).keys()]).toEqual(["b"]);
});

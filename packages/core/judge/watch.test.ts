import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import type { Watch } from "../domain/deployment.ts";
import type { Observation } from "../driver/driver.ts";
import { observe, type WatchOptions } from "./watch.ts";

const policy = {
  ...aSpec().health,
  intervalSeconds: 2,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  graceSeconds: 30,
};

function look(more: Partial<Observation> = {}): Observation {
  return {
    replica: "web-1",
    version: "v2",
    health: "healthy",
    reachable: true,
    hopeless: false,
    serving: true,
    detail: "GET /healthz answered 200",
    ...more,
  };
}

const bad = look({ health: "unhealthy", detail: "GET /healthz answered 500" });

/** Looks at these seconds, one after the other. */
function watched(
  looks: [seconds: number, observation: Observation][],
  options: WatchOptions = { version: "v2" },
): Watch {
  let watches: Record<string, Watch> = {};
  for (const [seconds, one] of looks) watches = observe(watches, [one], seconds * 1000, policy, options);
  return watches["web-1"]!;
}

test("the first look counts at once", () => {
  expect(watched([[0, look()]])).toEqual({
    since: 0,
    healthyInARow: 1,
    unhealthyInARow: 0,
    lastDetail: "GET /healthz answered 200",
    lastAt: 0,
  });
});

test("looks of the same row count only an interval apart, however often is looked", () => {
  const often = [0, 0.1, 0.5, 1.9].map((seconds): [number, Observation] => [seconds, look()]);
  expect(watched(often).healthyInARow).toBe(1);
  expect(watched([...often, [2, look()]]).healthyInARow).toBe(2);
  expect(watched([...often, [2, look()], [3.9, look()], [4, look()]]).healthyInARow).toBe(3);
});

test("a turn from bad to good and back counts at once and begins a new row", () => {
  expect(
    watched([
      [0, bad],
      [0.1, look()],
    ]),
  ).toMatchObject({ healthyInARow: 1, unhealthyInARow: 0, lastAt: 100 });
  expect(
    watched([
      [40, bad],
      [70, bad],
      [70.1, look()],
      [70.2, bad],
    ]),
  ).toMatchObject({ healthyInARow: 0, unhealthyInARow: 1 });
});

test("bad looks are not counted in the grace, which begins with the first look at the version", () => {
  expect(
    watched([
      [0, bad],
      [10, bad],
      [29.9, bad],
    ]).unhealthyInARow,
  ).toBe(0);
  expect(
    watched([
      [0, bad],
      [30, bad],
      [32, bad],
      [34, bad],
    ]).unhealthyInARow,
  ).toBe(3);
});

test("the time of draining and unpacking is neither good nor bad, and does not use up the grace", () => {
  const draining = look({ version: "v1", health: "draining" });
  const oldStillServing = look({ version: "v1", health: "healthy" });
  const unpacking = look({ version: null, health: "starting" });
  const watch = watched([
    [0, draining],
    [40, oldStillServing],
    [80, unpacking],
    [81, bad],
  ]);
  expect(watch).toMatchObject({ since: 80_000, healthyInARow: 0, unhealthyInARow: 0 });
});

test("a replica that is unhealthy on another version is bad: it was left broken", () => {
  const brokenOld = look({ version: "v1", health: "unhealthy" });
  expect(
    watched([
      [0, brokenOld],
      [30, brokenOld],
    ]).unhealthyInARow,
  ).toBe(1);
});

test("a replica that only ever starts is bad once its grace is over", () => {
  const starting = look({ health: "starting", detail: "connection refused" });
  expect(
    watched([
      [0, starting],
      [30, starting],
      [32, starting],
      [34, starting],
    ]),
  ).toMatchObject({
    unhealthyInARow: 3,
    lastDetail: "connection refused",
  });
});

test("a bake gives no grace", () => {
  expect(
    watched(
      [
        [0, bad],
        [2, bad],
        [4, bad],
      ],
      { version: "v2", baking: true },
    ).unhealthyInARow,
  ).toBe(3);
});

test("without a version any healthy look is good; taking away, only a look that finds nothing", () => {
  expect(watched([[0, look({ version: "v7" })]], {}).healthyInARow).toBe(1);
  expect(watched([[0, look()]], { version: null }).healthyInARow).toBe(0);
  expect(watched([[0, look({ version: null, health: "unknown" })]], { version: null }).healthyInARow).toBe(1);
});

test("replicas without a look keep their watch, and the given watches are left as they were", () => {
  const before = { "web-9": { since: 1, healthyInARow: 1, unhealthyInARow: 0, lastDetail: "", lastAt: 1 } };
  const copy = structuredClone(before);
  const after = observe(before, [look()], 5000, policy);
  expect(Object.keys(after)).toEqual(["web-9", "web-1"]);
  expect(after["web-9"]).toBe(before["web-9"]);
  expect(before).toEqual(copy);
});

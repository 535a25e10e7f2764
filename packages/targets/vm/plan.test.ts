import { expect, test } from "vitest";
import { EMPTY_FLEET, type Fleet, type Replica } from "#core/domain/replica.ts";
import type { Spec } from "#core/domain/spec.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { plan } from "./plan.ts";

const ROLLING = aSpec({ kind: "vm", rollout: aRollout({ maxSurge: 1, maxUnavailable: 0 }) });
const BLUE_GREEN = aSpec({
  kind: "vm",
  vm: { keepSeconds: 300 },
  rollout: aRollout({ strategy: "blueGreen", weights: [50, 100], maxSurge: 1, maxUnavailable: 0 }),
});

function replicas(version: string, trafficPercent: number): Replica[] {
  return [1, 2].map((number) => ({
    id: `${version}-${number}`,
    version,
    health: "healthy",
    address: null,
    startedAt: null,
    trafficPercent,
  }));
}

function aFleet(part: Partial<Fleet> = {}): Fleet {
  const traffic = [{ version: "v1", percent: 100 }];
  return {
    ...EMPTY_FLEET,
    replicas: replicas("v1", 50),
    traffic,
    desired: 2,
    prepared: ["v1", "v2"],
    ...part,
  };
}

function labels(
  fleet: Fleet,
  spec: Spec,
  version: string | null,
  more: { desired?: number; rollback?: true } = {},
) {
  const { desired = 2, rollback = false } = more;
  return plan({ fleet, version, desired, rollback }, spec).map(({ label }) => label);
}

test("an image that does not stand is baked first", () => {
  expect(labels(aFleet({ prepared: ["v1"] }), ROLLING, "v2")).toEqual([
    "Bake the image of v2",
    "Batch 1 of 2: 1 new, v1-1 out",
    "Batch 2 of 2: 1 new, v1-2 out",
  ]);
});

test("nothing is baked where nothing is launched", () => {
  expect(labels(aFleet({ prepared: [] }), ROLLING, "v1")).toEqual([]);
  expect(labels(aFleet({ prepared: [] }), ROLLING, "v1", { desired: 1 })).toEqual(["Batch 1 of 1: v1-1 out"]);
});

test("the count is said only where the plan changes it", () => {
  const of = (desired: number) =>
    plan({ fleet: aFleet(), version: "v2", desired, rollback: false }, ROLLING).map((step) => step.desired);
  expect(new Set(of(2))).toEqual(new Set([undefined]));
  expect(new Set(of(4))).toEqual(new Set([4]));
});

test("blue/green starts beside, shifts, and keeps the side before", () => {
  expect(labels(aFleet(), BLUE_GREEN, "v2")).toEqual([
    "Start 2 of v2",
    "Shift 50 % to v2",
    "Shift 100 % to v2",
  ]);
  const keepsNone = { ...BLUE_GREEN, vm: { ...BLUE_GREEN.vm, keepSeconds: 0 } };
  expect(labels(aFleet(), keepsNone, "v2").at(-1)).toBe("Remove v1: v1-1, v1-2");
});

test("a side that is kept is an instant way back, whatever the strategy", () => {
  const kept = aFleet({ replicas: [...replicas("v1", 50), ...replicas("v0", 0)] });
  expect(labels(kept, ROLLING, "v0", { rollback: true })).toEqual([
    "Shift 100 % back to v0",
    "Remove v1: v1-1, v1-2",
  ]);
});

test("a side that is kept makes room for the next release, and is no part of a rolling one", () => {
  const kept = aFleet({ replicas: [...replicas("v1", 50), ...replicas("v0", 0)] });
  expect(labels(kept, BLUE_GREEN, "v2")).toEqual([
    "Remove v0, which has no traffic: v0-1, v0-2",
    "Start 2 of v2",
    "Shift 50 % to v2",
    "Shift 100 % to v2",
  ]);
  expect(labels(kept, ROLLING, "v2")).toEqual([
    "Batch 1 of 2: 1 new, v1-1 out",
    "Batch 2 of 2: 1 new, v1-2 out",
  ]);
});

test("the way back from a side that never got traffic takes it away", () => {
  const started = aFleet({ replicas: [...replicas("v1", 50), ...replicas("v2", 0)] });
  expect(labels(started, BLUE_GREEN, "v1", { rollback: true })).toEqual([
    "Remove v2, which has no traffic: v2-1, v2-2",
  ]);
});

test("taking the target away leaves no count behind", () => {
  expect(plan({ fleet: aFleet(), version: null, desired: 2, rollback: false }, ROLLING)).toMatchObject([
    { action: "remove", replicas: ["v1-1", "v1-2"], desired: 0 },
  ]);
});

import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { EMPTY_FLEET, type Fleet, type Replica } from "../domain/replica.ts";
import type { RolloutPolicy, Spec } from "../domain/spec.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { batchSizes, unavailableAllowed } from "./batches.ts";
import { planInPlace, putBackStep } from "./rolling.ts";

function web(n: number, version: string | null = "v1", more: Partial<Replica> = {}): Replica {
  return { id: `web-${n}`, version, health: "healthy", address: null, startedAt: null, ...more };
}

function request(fleet: Partial<Fleet>, more: Partial<PlanRequest> = {}): PlanRequest {
  const whole = { ...EMPTY_FLEET, ...fleet };
  return { fleet: whole, version: "v2", desired: whole.replicas.length, rollback: false, ...more };
}

function withRollout(rollout: Partial<RolloutPolicy>): Spec {
  return aSpec({ rollout: { ...aSpec().rollout, batch: 1, maxUnavailable: "100%", ...rollout } });
}

const hosts = (steps: { replicas: string[] }[]) => steps.map((step) => step.replicas);

test("three servers are updated one by one, each batch named for people", () => {
  const steps = planInPlace(request({ replicas: [web(1), web(2), web(3)] }), withRollout({ batch: 1 }));
  expect(steps).toEqual(
    [1, 2, 3].map((n) => ({
      type: "batch",
      action: "install",
      label: `Batch ${n} of 3: web-${n}`,
      replicas: [`web-${n}`],
      version: "v2",
    })),
  );
});

test("what runs the release and is healthy is left alone, and where all is right there is nothing to do", () => {
  const spec = withRollout({});
  expect(hosts(planInPlace(request({ replicas: [web(1, "v2"), web(2), web(3, "v2")] }), spec))).toEqual([
    ["web-2"],
  ]);
  expect(planInPlace(request({ replicas: [web(1, "v2"), web(2, "v2")] }), spec)).toEqual([]);
});

test("a broken replica of the release itself is installed again, before healthy ones are touched", () => {
  const replicas = [web(1), web(2, "v2", { health: "unhealthy" }), web(3, "v1", { health: "unknown" })];
  expect(hosts(planInPlace(request({ replicas }), withRollout({})))).toEqual([
    ["web-2"],
    ["web-3"],
    ["web-1"],
  ]);
});

test.each([
  ["a number", 2, [2, 2, 2, 2, 2]],
  ["a percentage of the whole", "30%", [3, 3, 3, 1]],
  ["a percentage below one replica", "5%", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
  ["a list whose last entry repeats", [1, "20%", "50%"], [1, 2, 5, 2]],
  ["more than there are", 99, [10]],
] as const)("batches follow %s", (_name, batch, sizes) => {
  expect(batchSizes(batch as RolloutPolicy["batch"], 10, 10)).toEqual(sizes);
});

test("a percentage stays one of the desired count when only some replicas are left", () => {
  expect(batchSizes("50%", 10, 3)).toEqual([3]);
});

test("allAtOnce is one batch", () => {
  const steps = planInPlace(
    request({ replicas: [web(1), web(2), web(3)] }),
    withRollout({ strategy: "allAtOnce" }),
  );
  expect(hosts(steps)).toEqual([["web-1", "web-2", "web-3"]]);
});

test("maxUnavailable caps every batch, and never to nothing", () => {
  const replicas = [web(1), web(2), web(3), web(4)];
  const capped = (maxUnavailable: RolloutPolicy["maxUnavailable"]) =>
    planInPlace(request({ replicas }), withRollout({ batch: 3, maxUnavailable })).map(
      (step) => step.replicas.length,
    );
  expect(capped(2)).toEqual([2, 2]);
  expect(capped("10%")).toEqual([1, 1, 1, 1]);
  expect(capped("100%")).toEqual([3, 1]);
});

test("what may be away is the largest batch, unless maxUnavailable says less", () => {
  expect(unavailableAllowed(withRollout({ batch: [1, "20%", 3] }).rollout, 10)).toBe(3);
  expect(unavailableAllowed(withRollout({ batch: 4, maxUnavailable: "25%" }).rollout, 10)).toBe(2);
  expect(unavailableAllowed(withRollout({ strategy: "allAtOnce" }).rollout, 10)).toBe(10);
});

test("a first deployment takes as many spare hosts as are desired", () => {
  const steps = planInPlace(
    request({ spare: ["web-1", "web-2", "web-3"] }, { desired: 2 }),
    withRollout({ batch: 2 }),
  );
  expect(hosts(steps)).toEqual([["web-1", "web-2"]]);
});

test("new copies come before healthy ones are touched", () => {
  const steps = planInPlace(
    request({ replicas: [web(1)], spare: ["web-9"] }, { desired: 2 }),
    withRollout({}),
  );
  expect(hosts(steps)).toEqual([["web-9"], ["web-1"]]);
});

test("new copies come before the broken ones, which may be well again when their turn comes", () => {
  const fleet = {
    replicas: [web(1, "v1", { health: "unhealthy" }), web(2)],
    spare: ["web-9"],
    unreachable: ["web-8"],
  };
  const order = (rollback: boolean) =>
    hosts(planInPlace(request(fleet, { desired: 3, rollback }), withRollout({})));
  expect(order(false)).toEqual([["web-9"], ["web-1"], ["web-2"]]);
  expect(order(true)).toEqual([["web-9"], ["web-1"], ["web-2"]]);
});

test("copies over the desired count are removed at the end, the broken ones rather than the healthy", () => {
  const replicas = [web(1), web(2, "v1", { health: "unhealthy" }), web(3), web(4)];
  const steps = planInPlace(request({ replicas }, { desired: 2 }), withRollout({ batch: 2 }));
  expect(steps).toEqual([
    {
      type: "batch",
      action: "install",
      label: "Batch 1 of 1: web-1, web-3",
      replicas: ["web-1", "web-3"],
      version: "v2",
    },
    {
      type: "batch",
      action: "remove",
      label: "Remove web-2, web-4",
      replicas: ["web-2", "web-4"],
      version: null,
    },
  ]);
});

test("no version means: take all away that answers", () => {
  const steps = planInPlace(
    request({ replicas: [web(1), web(2)], unreachable: ["web-2"] }, { version: null, rollback: true }),
    withRollout({}),
  );
  expect(steps).toEqual([
    {
      type: "batch",
      action: "remove",
      label: "Remove web-1",
      replicas: ["web-1"],
      version: null,
      rollback: true,
    },
  ]);
});

test("a host that does not answer is planned first going forward, and left out on the way back", () => {
  const replicas = [web(1), web(2), web(3)];
  const fleet = { replicas, unreachable: ["web-3"] };
  expect(hosts(planInPlace(request(fleet), withRollout({})))).toEqual([["web-3"], ["web-1"], ["web-2"]]);
  expect(hosts(planInPlace(request(fleet, { rollback: true }), withRollout({})))).toEqual([
    ["web-1"],
    ["web-2"],
  ]);
});

test("a silent host of the pool is taken only where spare ones are too few", () => {
  const pool = { spare: ["web-1", "web-2"], unreachable: ["web-3"] };
  expect(hosts(planInPlace(request(pool, { desired: 2 }), withRollout({})))).toEqual([["web-1"], ["web-2"]]);
  expect(hosts(planInPlace(request(pool, { desired: 3 }), withRollout({})))).toEqual([
    ["web-3"],
    ["web-1"],
    ["web-2"],
  ]);
});

test("more replicas than hosts is refused with what is missing, but never on the way back", () => {
  const fleet = { replicas: [web(1)], spare: ["web-2"] };
  const spec = withRollout({});
  expect(() => planInPlace(request(fleet, { desired: 5 }), spec)).toThrow(
    expect.objectContaining({
      code: "capacity_exceeded",
      message: `5 replicas of ${spec.app} are wanted and pool ${spec.server.pool} has 2 hosts: 3 missing.`,
      extra: { desired: 5, hosts: 2, pool: spec.server.pool },
    }),
  );
  expect(hosts(planInPlace(request(fleet, { desired: 5, rollback: true }), spec))).toEqual([
    ["web-2"],
    ["web-1"],
  ]);
});

test("going back mends the broken ones first, apart from the healthy, in batches as large as may be away", () => {
  const replicas = [
    web(1, "v3"),
    web(2, "v3", { health: "unhealthy" }),
    web(3, "v2"),
    web(4, "v3"),
    web(5, "v2"),
  ];
  const steps = planInPlace(request({ replicas }, { rollback: true }), withRollout({ batch: [1, 2] }));
  expect(steps).toEqual([
    {
      type: "batch",
      action: "install",
      label: "Back to v2, batch 1 of 2: web-2",
      replicas: ["web-2"],
      version: "v2",
      rollback: true,
    },
    {
      type: "batch",
      action: "install",
      label: "Back to v2, batch 2 of 2: web-1, web-4",
      replicas: ["web-1", "web-4"],
      version: "v2",
      rollback: true,
    },
  ]);
});

test("a label of many replicas stays one line", () => {
  const replicas = Array.from({ length: 12 }, (_, index) => web(index + 1));
  const [step] = planInPlace(request({ replicas }), withRollout({ batch: 12 }));
  expect(step!.label).toBe("Batch 1 of 1: web-1, web-2, web-3 and 9 more");
});

test("a tolerated failure is put back with a batch that may fail itself", () => {
  expect(putBackStep(["web-2"], "v1")).toEqual({
    type: "batch",
    action: "install",
    label: "Put web-2 back on v1",
    replicas: ["web-2"],
    version: "v1",
    bestEffort: true,
  });
});

const actions = (fleet: Partial<Fleet>, more: Partial<PlanRequest> = {}) =>
  planInPlace(request(fleet, { version: "v1", desired: 3, ...more }), withRollout({ batch: 3 })).map(
    ({ action, replicas }) => [action, ...replicas],
  );

test("a copy on a bad host comes elsewhere first and leaves then; without room it stays", () => {
  const replicas = [web(1), web(2, "v1", { health: "unhealthy" }), web(3)];
  const moved = [
    ["install", "web-4"],
    ["remove", "web-2"],
  ];
  expect(actions({ replicas, spare: ["web-4"], bad: ["web-2"] })).toEqual(moved);
  expect(actions({ replicas, spare: ["web-4"], bad: ["web-2"] }, { rollback: true })).toEqual(moved);
  expect(actions({ replicas, bad: ["web-2"] })).toEqual([["install", "web-2"]]);
  expect(actions({ replicas: [web(1), web(2), web(3)], spare: ["web-4"], bad: ["web-4"] })).toEqual([]);
});

test("a bad host takes no new copy, and what is missing for it is said", () => {
  const fleet = { replicas: [web(1)], spare: ["web-2", "web-3"], bad: ["web-2"] };
  expect(actions(fleet, { desired: 2 })).toEqual([["install", "web-3"]]);
  expect(() => actions(fleet)).toThrow("2 hosts: 1 missing. Marked bad: web-2.");
  expect(actions(fleet, { rollback: true })).toEqual([["install", "web-3"]]);
});

test("a copy with a disk stays with it, however bad its host", () => {
  const spec = { ...withRollout({}), volumes: [{ name: "data", path: "/data", sizeGiB: 1 }] };
  const fleet = { replicas: [web(1), web(2)], spare: ["web-3"], bad: ["web-2"] };
  expect(planInPlace(request(fleet, { version: "v1" }), spec)).toEqual([]);
});

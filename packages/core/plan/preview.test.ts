import { expect, test } from "vitest";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { EMPTY_FLEET, type Replica } from "../domain/replica.ts";
import type { PlannedStep } from "../domain/step.ts";
import { withGates } from "./gates.ts";
import { preview, transitionsOf } from "./preview.ts";
import { planInPlace } from "./rolling.ts";

const health = { ...aSpec().health, healthyThreshold: 2, intervalSeconds: 2 };
const spec = aSpec({ health, rollout: aRollout({ maxUnavailable: "100%", drainSeconds: 10 }) });

const replicas: Replica[] = [1, 2, 3].map((n) => ({
  id: `web-${n}`,
  version: "v1",
  health: "healthy",
  address: null,
  startedAt: null,
}));
const fleet = { ...EMPTY_FLEET, replicas };

function plan(batch: number): PlannedStep[] {
  const rolled = { ...spec, rollout: { ...spec.rollout, batch } };
  return planInPlace({ fleet, version: "v2", desired: 3, rollback: false }, rolled);
}

test("the lowest count of healthy copies is that of the largest batch's moment", () => {
  expect(preview(plan(1), fleet, spec).lowestHealthy).toBe(2);
  expect(preview(plan(2), fleet, spec).lowestHealthy).toBe(1);
  expect(preview([], fleet, spec).lowestHealthy).toBe(3);
});

test("a shift takes no copy away", () => {
  const shift: PlannedStep = {
    type: "shift",
    label: "",
    replicas: ["v2"],
    version: "v2",
    weightPercent: 100,
  };
  expect(preview([shift], fleet, spec).lowestHealthy).toBe(3);
});

test("seconds are drains, starts, watches and bakes", () => {
  // 2 s around it, then for each batch 10 s drain, 3 s start, 2 s between two good checks.
  expect(preview(plan(1), fleet, spec).estimatedSeconds).toBe(2 + 3 * 15);
  const baked = withGates(plan(1), { ...spec.rollout, bakeSeconds: 20 });
  expect(preview(baked, fleet, spec).estimatedSeconds).toBe(2 + 3 * (15 + 20));
});

test("transitions are the workflow's budget: 8, 3 a step, 3 a slice of a bake, 3 a further shard", () => {
  expect(transitionsOf([], 50)).toBe(8);
  expect(transitionsOf(plan(1), 50)).toBe(8 + 3 * 3);
  const bake: PlannedStep = { type: "bake", label: "", replicas: [], seconds: 70 };
  expect(transitionsOf([bake], 50)).toBe(8 + 3 * 3);
  const wide: PlannedStep = { type: "batch", label: "", replicas: Array.from({ length: 101 }, String) };
  expect(transitionsOf([wide], 50)).toBe(8 + 3 + 2 * 3);
});

test("dollars are mostly the transitions, and grow with the steps", () => {
  const { estimatedDollars } = preview(plan(1), fleet, spec);
  expect(estimatedDollars).toBeGreaterThan(17 * 0.000025);
  expect(estimatedDollars).toBeLessThan(2 * 17 * 0.000025);
  expect(preview([], fleet, spec).estimatedDollars).toBeLessThan(estimatedDollars);
});

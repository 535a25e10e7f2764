import fc from "fast-check";
import { expect, test } from "vitest";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { EMPTY_FLEET, type Replica } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";
import { aged, planFresh, withFresh } from "./restart.ts";
import { planInPlace } from "./rolling.ts";

const SINCE = "2026-01-05T12:00:00.400Z";

function copy(id: string, more: Partial<Replica> = {}): Replica {
  const rest = { version: "v1", health: "healthy" as const, address: "a:80" };
  return { id, startedAt: "2026-01-05T11:00:00.000Z", ...rest, ...more };
}

function request(replicas: Replica[], desired = replicas.length) {
  return { fleet: { ...EMPTY_FLEET, replicas }, version: "v1", desired, rollback: false, freshSince: SINCE };
}

const vm = (rollout: Partial<Spec["rollout"]>) => aSpec({ kind: "vm", rollout: aRollout(rollout) });

test("in place, every host that started before is installed again, in the batches of a rollout", () => {
  const spec = aSpec({ rollout: aRollout({ batch: [1, 2], maxUnavailable: 2 }) });
  const steps = planInPlace(aged(request([copy("a"), copy("b"), copy("c")])), spec);
  expect(steps.map(({ action, version, replicas }) => [action, version, replicas])).toEqual([
    ["install", "v1", ["a"]],
    ["install", "v1", ["b", "c"]],
  ]);
});

test.each([
  ["2026-01-05T11:59:59.999Z", true],
  ["2026-01-05T12:00:00.000Z", false],
  [null, true],
])("in whole seconds, a copy that started at %s is old: %s", (startedAt, old) => {
  const steps = planInPlace(aged(request([copy("a", { startedAt })])), aSpec());
  expect(steps.length > 0).toBe(old);
});

test("without a moment a plan is as it was", () => {
  const asked = { ...request([copy("a")]), freshSince: undefined };
  expect(aged(asked)).toBe(asked);
  const steps = planInPlace(asked, aSpec());
  expect(withFresh(steps, undefined)).toBe(steps);
});

test("what takes copies away is not told of freshness", () => {
  const replicas = [copy("a"), copy("b")];
  const steps = withFresh(planInPlace(aged(request(replicas, 1)), aSpec()), SINCE);
  expect(steps.map(({ action, freshSince }) => [action, freshSince])).toEqual([
    ["install", SINCE],
    ["remove", undefined],
  ]);
});

test("where copies are replaced, as many come as leave, the broken first", () => {
  const replicas = [copy("a"), copy("b", { health: "unhealthy" }), copy("c")];
  const steps = planFresh(request(replicas), vm({ batch: 2, maxSurge: 1, maxUnavailable: 1 }));
  expect(
    steps.map(({ label, leaving, leavingFirst, count }) => [label, leaving, leavingFirst, count]),
  ).toEqual([
    ["Restart, batch 1 of 2: 2 new, b, a out", ["b", "a"], 1, 3],
    ["Restart, batch 2 of 2: 1 new, c out", ["c"], 0, 3],
  ]);
});

test("what is fresh is left alone, and where all of it is nothing is left to do", () => {
  const fresh = { startedAt: "2026-01-05T12:01:00.000Z" };
  const spec = vm({ maxSurge: 1, maxUnavailable: 0 });
  const steps = planFresh(request([copy("a", fresh), copy("b")]), spec);
  expect(steps.map((step) => step.leaving)).toEqual([["b"]]);
  expect(planFresh(request([copy("a", fresh), copy("b", fresh)]), spec)).toEqual([]);
});

test("where neither one more nor one less is allowed it says so", () => {
  const spec = vm({ maxSurge: 0, maxUnavailable: 0 });
  expect(() => planFresh(request([copy("a")]), spec)).toThrow(/no copy could ever be replaced/);
});

test("whatever the limits, each old copy leaves once, and never more at a time than surge and unavailable allow", () => {
  const amounts = fc.record({
    count: fc.integer({ min: 1, max: 30 }),
    batch: fc.integer({ min: 1, max: 30 }),
    maxSurge: fc.integer({ min: 0, max: 5 }),
    maxUnavailable: fc.integer({ min: 0, max: 5 }),
  });
  fc.assert(
    fc.property(amounts, ({ count, batch, maxSurge, maxUnavailable }) => {
      fc.pre(maxSurge + maxUnavailable > 0);
      const replicas = Array.from({ length: count }, (_, index) => copy(`i-${index}`));
      const steps = planFresh(request(replicas), vm({ batch, maxSurge, maxUnavailable }));
      const left = steps.flatMap((step) => step.leaving ?? []);
      expect([...left].sort()).toEqual(replicas.map((one) => one.id).sort());
      for (const { leaving = [], leavingFirst = 0, replicas: coming } of steps) {
        expect(coming.length).toBe(leaving.length);
        expect(leavingFirst).toBeLessThanOrEqual(maxUnavailable);
        expect(leaving.length - leavingFirst).toBeLessThanOrEqual(maxSurge);
      }
    }),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { EMPTY_FLEET, type Fleet, type Replica, type ReplicaHealth } from "../domain/replica.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { preview } from "./preview.ts";
import { planWhole } from "./whole.ts";

const spec = (maxUnavailable = 0) =>
  aSpec({ kind: "container", rollout: aRollout({ maxSurge: 1, maxUnavailable }) });

function copy(id: string, version: string, health: ReplicaHealth = "healthy"): Replica {
  return { id, version, health, address: null, startedAt: null };
}

function fleetOf(replicas: Replica[], desired?: number): Fleet {
  return { ...EMPTY_FLEET, replicas, ...(desired === undefined ? {} : { desired }) };
}

const three = [copy("a", "v1"), copy("b", "v1"), copy("c", "v1")];

function planned(request: Partial<PlanRequest>, maxUnavailable = 0) {
  const whole = { fleet: fleetOf(three, 3), version: "v2", desired: 3, rollback: false, ...request };
  return planWhole(whole, spec(maxUnavailable));
}

test("all copies are one step, and the platform's count is left alone", () => {
  expect(planned({})).toEqual([
    {
      type: "batch",
      action: "replace",
      label: "Roll 3 to v2",
      replicas: ["new-1", "new-2", "new-3"],
      leaving: ["a", "b", "c"],
      leavingFirst: 0,
      version: "v2",
      whole: true,
    },
  ]);
});

test("a first release brings its count, and so does a changed one", () => {
  expect(planned({ fleet: EMPTY_FLEET })).toMatchObject([{ label: "Start 3 of v2", count: 3, leaving: [] }]);
  const fewer = planned({ version: "v1", desired: 2 });
  expect(fewer).toMatchObject([{ label: "Keep 2 of v1", count: 2, replicas: ["a", "b"], leaving: ["c"] }]);
});

test("what is right already is kept, and nothing is left to do where all is", () => {
  const mixed = [copy("a", "v2"), copy("b", "v2", "unhealthy"), copy("c", "v1"), copy("d", "v2", "draining")];
  expect(planned({ fleet: fleetOf(mixed, 3) })).toMatchObject([
    { replicas: ["a", "new-2", "new-3"], leaving: ["b", "c"] },
  ]);
  expect(planned({ version: "v1" })).toEqual([]);
});

test("copies that are only starting are waited for", () => {
  const starting = [copy("a", "v2", "starting"), copy("b", "v2"), copy("c", "v2")];
  expect(planned({ fleet: fleetOf(starting, 3) })).toMatchObject([
    { replicas: ["a", "b", "c"], leaving: [], label: "Keep 3 of v2" },
  ]);
});

test("a platform that is about to start another release is told, though none of its copies stands", () => {
  const fleet = { ...fleetOf(three, 3), keeps: "v2" };
  expect(planned({ fleet, version: "v1", rollback: true })).toMatchObject([
    { replicas: ["a", "b", "c"], leaving: [] },
  ]);
  expect(planned({ fleet: { ...fleet, keeps: "v1" }, version: "v1" })).toEqual([]);
});

test("the way back says so", () => {
  expect(planned({ rollback: true })).toMatchObject([{ label: "Back to v2: 3 of it", rollback: true }]);
});

const health = fc.constantFrom<ReplicaHealth>("healthy", "healthy", "unhealthy", "starting", "draining");
const fleets = fc
  .array(fc.record({ version: fc.constantFrom("v1", "v2"), health }), { maxLength: 10 })
  .map((copies) => copies.map((one, at) => copy(`t-${at}`, one.version, one.health)));

test("of any fleet: so many copies are named once, and never fewer healthy ones are planned than may be away", () => {
  const cases = fc.record({
    replicas: fleets,
    desired: fc.integer({ min: 1, max: 8 }),
    away: fc.integer({ min: 0, max: 3 }),
    counted: fc.boolean(),
  });
  fc.assert(
    fc.property(cases, ({ replicas, desired, away, counted }) => {
      const fleet = fleetOf(replicas, counted ? replicas.length : undefined);
      const steps = planWhole({ fleet, version: "v2", desired, rollback: false }, spec(away));
      for (const step of steps) {
        expect(step.replicas).toHaveLength(desired);
        expect(new Set(step.replicas).size).toBe(desired);
        expect(step.leaving!.filter((id) => step.replicas.includes(id))).toEqual([]);
      }
      const healthy = replicas.filter((one) => one.health === "healthy").length;
      const { lowestHealthy } = preview(steps, fleet, spec(away));
      expect(lowestHealthy).toBeGreaterThanOrEqual(Math.min(healthy, desired) - away);
    }),
  );
});

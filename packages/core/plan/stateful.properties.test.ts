// The promise of a disk, for any fleet and whatever the rollout says: one copy changes at a time, and it has let go before
// the next one takes the disk.
import fc from "fast-check";
import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { EMPTY_FLEET, type Fleet, type Replica, type ReplicaHealth } from "../domain/replica.ts";
import type { RolloutPolicy, Spec } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { preview } from "./preview.ts";
import { planReplacing } from "./replacing.ts";
import { planFresh } from "./restart.ts";
import { planInPlace } from "./rolling.ts";
import { planWhole } from "./whole.ts";

const volumes = [{ name: "data", path: "/data", sizeGiB: 1 }];
const amount = fc.constantFrom<RolloutPolicy["maxSurge"]>(0, 1, 3, "50%", "100%");

const running = fc.record({
  version: fc.constantFrom("v1", "v2"),
  health: fc.constantFrom<ReplicaHealth>("healthy", "healthy", "unhealthy", "starting"),
});

const fleet = fc.array(running, { minLength: 1, maxLength: 9 }).map((all): Fleet => {
  const replicas = all.map(
    (one, index): Replica => ({ ...one, id: `web-${index}`, address: null, startedAt: null }),
  );
  return { ...EMPTY_FLEET, replicas, desired: replicas.length };
});

const asked = fc.record({
  fleet,
  rollback: fc.boolean(),
  strategy: fc.constantFrom<RolloutPolicy["strategy"]>("rolling", "allAtOnce"),
  batch: amount,
  maxSurge: amount,
  maxUnavailable: amount,
});

type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

function specOf({ strategy, batch, maxSurge, maxUnavailable }: Asked): Spec {
  const spec = aSpec();
  return { ...spec, volumes, rollout: { ...spec.rollout, strategy, batch, maxSurge, maxUnavailable } };
}

function requestOf({ fleet, rollback }: Asked): PlanRequest {
  return { fleet, version: "v2", desired: fleet.replicas.length, rollback };
}

/** The most copies that are on the way at once, and the most that are there. */
function playCopies(steps: PlannedStep[], there: number): { atOnce: number; most: number } {
  let [copies, most, atOnce] = [there, there, 0];
  for (const { action, replicas, leaving = [], leavingFirst = 0 } of steps) {
    if (action === "remove") {
      copies -= replicas.length;
      continue;
    }
    const fresh = replicas.filter((id) => !id.startsWith("web-")).length;
    copies = copies - leavingFirst + fresh;
    most = Math.max(most, copies);
    copies -= leaving.length - leavingFirst;
    atOnce = Math.max(atOnce, fresh, leaving.length);
  }
  return { atOnce, most };
}

test("in place: one host at a time, forward and back", () => {
  fc.assert(
    fc.property(asked, (one) => {
      for (const step of planInPlace(requestOf(one), specOf(one))) expect(step.replicas).toHaveLength(1);
    }),
  );
});

test("replaced: one copy at a time, and never one more than there are disks", () => {
  fc.assert(
    fc.property(asked, (one) => {
      const request = requestOf(one);
      const { atOnce, most } = playCopies(planReplacing(request, specOf(one)), request.desired);
      expect(atOnce).toBeLessThanOrEqual(1);
      expect(most).toBeLessThanOrEqual(request.desired);
    }),
  );
});

test("replaced: where there is no copy yet all of them begin at once, each with a disk of its own", () => {
  const spec = { ...aSpec({ kind: "vm" }), volumes };
  const [step, ...more] = planReplacing(
    { fleet: EMPTY_FLEET, version: "v1", desired: 3, rollback: false },
    spec,
  );
  expect(step).toMatchObject({ label: "Batch 1 of 1: 3 new", leaving: [], leavingFirst: 0 });
  expect(more).toEqual([]);
});

test("restarted: the old copy goes first, one at a time", () => {
  fc.assert(
    fc.property(asked, (one) => {
      const request = { ...requestOf(one), freshSince: "2026-11-26T10:00:00Z" };
      for (const step of planFresh(request, specOf(one)))
        expect(step).toMatchObject({ leaving: [expect.any(String)], leavingFirst: 1 });
    }),
  );
});

test("moved by the platform: no copy more than there are disks, and the dry run counts the one that is away", () => {
  fc.assert(
    fc.property(asked, (one) => {
      const spec = specOf(one);
      const all = one.fleet.replicas.map(
        (replica): Replica => ({ ...replica, version: "v1", health: "healthy" }),
      );
      const request = { ...requestOf(one), fleet: { ...one.fleet, replicas: all } };
      const [step] = planWhole(request, spec);
      expect(step!.leavingFirst).toBe(1);
      for (const plan of [planInPlace(request, spec), planReplacing(request, spec)])
        expect(preview(plan, request.fleet, spec).lowestHealthy).toBe(all.length - 1);
    }),
  );
});

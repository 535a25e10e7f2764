// The promises of a plan, for any fleet: the plan is played on a small model of the world, moment by moment.
import fc from "fast-check";
import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { EMPTY_FLEET, type Fleet, type Replica, type ReplicaHealth } from "../domain/replica.ts";
import type { Amount, RolloutPolicy } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import { resolveAmount } from "./amount.ts";
import { unavailableAllowed } from "./batches.ts";
import { limitsOf, planReplacing } from "./replacing.ts";
import { planInPlace } from "./rolling.ts";
import { planShift } from "./shift.ts";
import { planTwoSides } from "./two-sides.ts";

const health = fc.constantFrom<ReplicaHealth>(
  "healthy",
  "healthy",
  "healthy",
  "unhealthy",
  "starting",
  "unknown",
);
const version = fc.constantFrom("v1", "v2", "v3");
const percent = fc.integer({ min: 1, max: 100 }).map((n): Amount => `${n}%`);
const amount = fc.oneof(fc.integer({ min: 1, max: 6 }), percent);
const batch = fc.oneof(amount, fc.array(amount, { minLength: 1, maxLength: 4 }));

const fleet: fc.Arbitrary<Fleet> = fc
  .record({
    running: fc.array(fc.record({ version, health, silent: fc.integer({ min: 0, max: 9 }) }), {
      maxLength: 14,
    }),
    spare: fc.integer({ min: 0, max: 6 }),
  })
  .map(({ running, spare }) => {
    const replicas: Replica[] = running.map((one, index) => ({
      id: `web-${index}`,
      version: one.version,
      health: one.silent === 0 ? "unknown" : one.health,
      address: null,
      startedAt: null,
    }));
    return {
      ...EMPTY_FLEET,
      replicas,
      spare: Array.from({ length: spare }, (_, index) => `spare-${index}`),
      unreachable: running.flatMap((one, index) => (one.silent === 0 ? [`web-${index}`] : [])),
    };
  });

const rollout = fc.record({
  strategy: fc.constantFrom<RolloutPolicy["strategy"]>("rolling", "allAtOnce"),
  batch,
  maxUnavailable: amount,
});

const inPlace = fc
  .record({ fleet, rollout, rollback: fc.boolean(), share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ fleet, rollout, rollback, share }) => {
    const room = fleet.replicas.length + fleet.spare.length;
    const desired = Math.max(1, Math.ceil(share * room));
    const spec = aSpec({ rollout: { ...aSpec().rollout, ...rollout } });
    return {
      spec,
      request: { fleet, version: "v2", desired: Math.min(desired, Math.max(1, room)), rollback },
    };
  })
  .filter(({ request }) => request.fleet.replicas.length + request.fleet.spare.length > 0);

type World = Map<string, { version: string | null; healthy: boolean }>;

function worldOf(fleet: Fleet): World {
  return new Map(
    fleet.replicas.map((one) => [one.id, { version: one.version, healthy: one.health === "healthy" }]),
  );
}

const count = (world: World) => [...world.values()].filter((one) => one.healthy).length;

/** Plays a step on those that answer; `away` is the moment when all of them are down. */
function play(world: World, step: PlannedStep, unreachable: string[]): { away: number } {
  const touched = step.replicas.filter((id) => !unreachable.includes(id));
  for (const id of touched) world.delete(id);
  const away = count(world);
  if (step.action === "install")
    for (const id of touched) world.set(id, { version: step.version!, healthy: true });
  return { away };
}

test("in place: at no moment are more than the allowed number of copies away because of a batch", () => {
  fc.assert(
    fc.property(inPlace, ({ spec, request }) => {
      const world = worldOf(request.fleet);
      const allowed = unavailableAllowed(spec.rollout, request.desired);
      for (const step of planInPlace(request, spec)) {
        const healthyBefore = count(world);
        const { away } = play(world, step, request.fleet.unreachable);
        // What was not healthy before the batch is not away because of it.
        const floor = Math.min(request.desired, healthyBefore) - allowed;
        expect(away).toBeGreaterThanOrEqual(floor);
        if (step.action === "install") expect(step.replicas.length).toBeLessThanOrEqual(allowed);
      }
    }),
  );
});

test("in place: from a whole fleet, never fewer than desired - maxUnavailable are healthy", () => {
  const whole = fc.record({ size: fc.integer({ min: 1, max: 40 }), rollout, rollback: fc.boolean() });
  fc.assert(
    fc.property(whole, ({ size, rollout, rollback }) => {
      const replicas: Replica[] = Array.from({ length: size }, (_, index) => ({
        id: `web-${index}`,
        version: "v1",
        health: "healthy",
        address: null,
        startedAt: null,
      }));
      const spec = aSpec({ rollout: { ...aSpec().rollout, ...rollout } });
      const maxUnavailable = Math.max(1, resolveAmount(rollout.maxUnavailable, size, "floor"));
      const world = worldOf({ ...EMPTY_FLEET, replicas });
      const request = { fleet: { ...EMPTY_FLEET, replicas }, version: "v2", desired: size, rollback };
      for (const step of planInPlace(request, spec)) {
        expect(play(world, step, []).away).toBeGreaterThanOrEqual(size - maxUnavailable);
      }
      expect([...world.values()]).toEqual(replicas.map(() => ({ version: "v2", healthy: true })));
    }),
  );
});

test("in place: every replica that answers ends on the release, each touched at most once, and as many as desired", () => {
  fc.assert(
    fc.property(inPlace, ({ spec, request }) => {
      const world = worldOf(request.fleet);
      const steps = planInPlace(request, spec);
      for (const step of steps) play(world, step, request.fleet.unreachable);
      const answering = [...world]
        .filter(([id]) => !request.fleet.unreachable.includes(id))
        .map(([, one]) => one);
      for (const one of answering) expect(one).toEqual({ version: "v2", healthy: true });
      const touched = steps.flatMap((step) => step.replicas);
      expect(new Set(touched).size).toBe(touched.length);
      expect(answering.length).toBeLessThanOrEqual(request.desired);
    }),
  );
});

test("in place: a replica that is right is touched only to be removed, and a second plan finds nothing to do", () => {
  fc.assert(
    fc.property(inPlace, ({ spec, request }) => {
      const world = worldOf(request.fleet);
      const steps = planInPlace(request, spec);
      const right = request.fleet.replicas
        .filter((one) => one.version === "v2" && one.health === "healthy")
        .map((one) => one.id);
      const installed = new Set(
        steps.filter((step) => step.action === "install").flatMap((step) => step.replicas),
      );
      expect(right.filter((id) => installed.has(id))).toEqual([]);
      for (const step of steps) play(world, step, request.fleet.unreachable);
      const replicas = [...world]
        .filter(([id]) => !request.fleet.unreachable.includes(id))
        .map(([id, one]) => ({
          id,
          version: one.version,
          health: "healthy" as const,
          address: null,
          startedAt: null,
        }));
      const again = {
        ...request,
        fleet: { ...EMPTY_FLEET, replicas },
        desired: Math.max(1, replicas.length),
      };
      if (replicas.length > 0) expect(planInPlace(again, spec)).toEqual([]);
    }),
  );
});

test("the number of planned touches is never more than the replicas there are, so that plans grow linearly", () => {
  fc.assert(
    fc.property(inPlace, ({ spec, request }) => {
      const steps = planInPlace(request, spec);
      const touches = steps.reduce((sum, step) => sum + step.replicas.length, 0);
      expect(touches).toBeLessThanOrEqual(request.fleet.replicas.length + request.fleet.spare.length);
      expect(steps.length).toBeLessThanOrEqual(touches);
    }),
  );
});

const replacing = fc
  .record({
    fleet,
    desired: fc.integer({ min: 1, max: 14 }),
    batch,
    strategy: fc.constantFrom<RolloutPolicy["strategy"]>("rolling", "allAtOnce"),
    maxSurge: fc.oneof(fc.constant(0), amount),
    maxUnavailable: fc.oneof(fc.constant(0), amount),
    rollback: fc.boolean(),
  })
  .map(({ fleet, desired, rollback, ...rollout }) => ({
    spec: aSpec({ kind: "vm", rollout: { ...aSpec().rollout, ...rollout } }),
    request: { fleet: { ...fleet, spare: [], unreachable: [] }, version: "v2", desired, rollback },
  }))
  .filter(({ spec, request }) => {
    const { most, least } = limitsOf(spec.rollout, request.desired);
    return most > least;
  });

/** Plays a batch of copies that are replaced; tells the two moments that count. */
function playReplacing(world: World, step: PlannedStep, index: number) {
  const { leaving = [], leavingFirst = 0 } = step;
  const [first, last] =
    step.action === "remove"
      ? [step.replicas, []]
      : [leaving.slice(0, leavingFirst), leaving.slice(leavingFirst)];
  for (const id of first) world.delete(id);
  const fewest = count(world);
  const started = step.action === "replace" ? step.replicas : [];
  const nameOf = (id: string) => (world.has(id) ? id : `${index}/${id}`);
  for (const id of started) world.set(nameOf(id), { version: "v2", healthy: true });
  const most = world.size;
  for (const id of last) world.delete(id);
  return {
    fewest: Math.min(fewest, count(world)),
    most,
    started: started.some((id) => id.startsWith("new-")),
  };
}

test("replacing: never more than desired + maxSurge copies, never fewer healthy than desired - maxUnavailable", () => {
  fc.assert(
    fc.property(replacing, ({ spec, request }) => {
      const { most, least } = limitsOf(spec.rollout, request.desired);
      const world = worldOf(request.fleet);
      planReplacing(request, spec).forEach((step, index) => {
        const before = count(world);
        const seen = playReplacing(world, step, index);
        expect(seen.fewest).toBeGreaterThanOrEqual(Math.min(least, before));
        if (seen.started) expect(seen.most).toBeLessThanOrEqual(most);
      });
    }),
  );
});

test("replacing: ends with the desired count on the release, and every step moves something", () => {
  fc.assert(
    fc.property(replacing, ({ spec, request }) => {
      const world = worldOf(request.fleet);
      const steps = planReplacing(request, spec);
      for (const step of steps) expect(step.replicas.length).toBeGreaterThan(0);
      for (const [index, step] of steps.entries()) playReplacing(world, step, index);
      expect(world.size).toBe(request.desired);
      for (const one of world.values()) expect(one).toEqual({ version: "v2", healthy: true });
    }),
  );
});

test("replacing: at most as many steps as copies, so that plans grow linearly", () => {
  fc.assert(
    fc.property(replacing, ({ spec, request }) => {
      const steps = planReplacing(request, spec);
      expect(steps.length).toBeLessThanOrEqual(2 * (request.fleet.replicas.length + request.desired));
    }),
  );
});

function copies(version: string, n: number): Replica[] {
  return Array.from({ length: n }, (_, i) => ({
    id: `${version}-${i}`,
    version,
    health: "healthy",
    address: null,
    startedAt: null,
  }));
}

function shareNow(old: number, fresh: number, share: number): number {
  if (fresh === 0) return 0;
  return old === 0 ? 100 : share;
}

function liveSides(old: number, fresh: number, percent: number): Fleet {
  const traffic = [
    { version: "v1", percent: 100 - percent },
    { version: "v2", percent },
  ].filter((one) => one.percent > 0 && (one.version === "v2" || old > 0));
  return { ...EMPTY_FLEET, replicas: [...copies("v1", old), ...copies("v2", fresh)], traffic };
}

const sides = fc.record({
  old: fc.integer({ min: 0, max: 8 }),
  fresh: fc.integer({ min: 0, max: 8 }),
  desired: fc.integer({ min: 1, max: 8 }),
  share: fc.constantFrom(0, 10, 50, 100),
  strategy: fc.constantFrom<RolloutPolicy["strategy"]>("blueGreen", "canary"),
  rollback: fc.boolean(),
  keep: fc.boolean(),
});

test("two sides: traffic goes only where enough copies stand, weights rise to 100, and the old side goes last or stays", () => {
  fc.assert(
    fc.property(sides, ({ old, fresh, desired, share, strategy, rollback, keep }) => {
      const now = shareNow(old, fresh, share);
      const live = liveSides(old, fresh, now);
      const spec = aSpec({ kind: "vm", rollout: { ...aSpec().rollout, strategy, weights: [10, 50, 100] } });
      const steps = planTwoSides({ fleet: live, version: "v2", desired, rollback }, spec, keep);
      let standing = fresh;
      let weight = now;
      for (const step of steps) {
        if (step.action === "startBeside") standing += step.replicas.length;
        if (step.type === "shift") {
          expect(step.weightPercent!).toBeGreaterThanOrEqual(weight);
          weight = step.weightPercent!;
          const needed = strategy === "canary" ? Math.ceil((desired * weight) / 100) : desired;
          expect(standing).toBeGreaterThanOrEqual(Math.max(1, needed));
        }
        if (step.action === "remove") {
          expect(weight).toBe(100);
          expect(step.replicas.every((id) => id.startsWith("v1-"))).toBe(true);
        }
      }
      expect(weight).toBe(100);
      expect(standing).toBeGreaterThanOrEqual(desired);
      const removed = steps.some((step) => step.action === "remove");
      expect(removed).toBe(old > 0 && !keep);
    }),
  );
});

test("weights rise and end at 100, and every shift is to the new version", () => {
  const weights = fc
    .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 8 })
    .map((list) => [...list.sort((a, b) => a - b), 100]);
  const now = fc.integer({ min: 0, max: 99 });
  fc.assert(
    fc.property(weights, now, fc.boolean(), (list, present, rollback) => {
      const spec = aSpec({
        kind: "function",
        rollout: { ...aSpec().rollout, strategy: "canary", weights: list },
      });
      const traffic = [
        { version: "v1", percent: 100 - present },
        { version: "v2", percent: present },
      ];
      const steps = planShift(
        { fleet: { ...EMPTY_FLEET, traffic }, version: "v2", desired: 1, rollback },
        spec,
      );
      const planned = steps.map((step) => step.weightPercent!);
      expect(planned.at(-1)).toBe(100);
      expect(planned).toEqual([...new Set(planned)].sort((a, b) => a - b));
      expect(Math.min(...planned)).toBeGreaterThanOrEqual(present);
      expect(steps.every((step) => step.version === "v2")).toBe(true);
    }),
  );
});

import { expect, test } from "vitest";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { EMPTY_FLEET, type Replica } from "../domain/replica.ts";
import type { RolloutPolicy } from "../domain/spec.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { planReplacing } from "./replacing.ts";

function fleetOf(...versions: (string | null)[]) {
  const replicas: Replica[] = versions.map((version, index) => ({
    id: `i-${index}`,
    version: version ?? "v1",
    health: version === null ? "unhealthy" : "healthy",
    address: null,
    startedAt: null,
  }));
  return { ...EMPTY_FLEET, replicas };
}

function batches(rollout: Partial<RolloutPolicy> = {}, request: Partial<PlanRequest> = {}) {
  const spec = aSpec({ kind: "vm", rollout: aRollout({ maxSurge: 1, maxUnavailable: 0, ...rollout }) });
  const asked = { fleet: fleetOf("v1", "v1", "v1"), version: "v2", desired: 3, rollback: false, ...request };
  return planReplacing(asked, spec).map(({ action, replicas, leaving = [], leavingFirst = 0 }) =>
    action === "remove"
      ? { start: 0, out: replicas, first: replicas.length }
      : { start: replicas.length, out: leaving, first: leavingFirst },
  );
}

test("with one copy more and none less, each new copy comes before an old one goes", () => {
  expect(batches()).toEqual([
    { start: 1, out: ["i-0"], first: 0 },
    { start: 1, out: ["i-1"], first: 0 },
    { start: 1, out: ["i-2"], first: 0 },
  ]);
});

test("with no copy more and one less, each old copy goes before a new one comes", () => {
  expect(batches({ maxSurge: 0, maxUnavailable: 1 })).toEqual([
    { start: 1, out: ["i-0"], first: 1 },
    { start: 1, out: ["i-1"], first: 1 },
    { start: 1, out: ["i-2"], first: 1 },
  ]);
});

test("with room for both, some go before and the others after", () => {
  expect(batches({ batch: 3, maxSurge: 2, maxUnavailable: 1 })).toEqual([
    { start: 3, out: ["i-0", "i-1", "i-2"], first: 1 },
  ]);
});

test("with as many more as there are, a batch of all of them is one step", () => {
  expect(batches({ batch: "100%", maxSurge: 3 })).toEqual([
    { start: 3, out: ["i-0", "i-1", "i-2"], first: 0 },
  ]);
});

test("a broken copy goes first, since it serves nobody", () => {
  expect(batches({}, { fleet: fleetOf("v2", "v2", null) })).toEqual([{ start: 1, out: ["i-2"], first: 1 }]);
});

test("what is right already needs no step; what is too much goes; what is missing comes at once", () => {
  expect(batches({}, { fleet: fleetOf("v2", "v2", "v2") })).toEqual([]);
  expect(batches({}, { fleet: fleetOf("v2", "v2", "v2", "v2") })).toEqual([
    { start: 0, out: ["i-0"], first: 1 },
  ]);
  expect(batches({}, { fleet: fleetOf() })).toEqual([{ start: 3, out: [], first: 0 }]);
});

test("a percentage of surge rounds up, so that one more always fits", () => {
  expect(batches({ maxSurge: "10%" })[0]).toEqual({ start: 1, out: ["i-0"], first: 0 });
});

test("the way back takes as many at once as may be away and more", () => {
  expect(
    batches({ maxSurge: 3 }, { fleet: fleetOf("v2", "v2", null), version: "v1", rollback: true }),
  ).toEqual([{ start: 3, out: ["i-2", "i-0", "i-1"], first: 1 }]);
});

test("neither a copy more nor a copy less is refused", () => {
  expect(() => batches({ maxSurge: 0, maxUnavailable: "10%" })).toThrow(
    expect.objectContaining({ code: "invalid_input", message: expect.stringMatching(/^rollout.maxSurge: /) }),
  );
});

test("a target that is taken away is one step, and none where nothing is left", () => {
  expect(batches({}, { version: null })).toEqual([{ start: 0, out: ["i-0", "i-1", "i-2"], first: 3 }]);
  expect(batches({}, { version: null, fleet: fleetOf() })).toEqual([]);
});

test("where all copies are right and the platform would start another version next, it is told", () => {
  const fleet = { ...fleetOf("v2", "v2"), keeps: "v3" };
  expect(batches({}, { fleet, desired: 2 })).toEqual([{ start: 2, out: [], first: 0 }]);
  expect(batches({}, { fleet: { ...fleet, keeps: "v2" }, desired: 2 })).toEqual([]);
});

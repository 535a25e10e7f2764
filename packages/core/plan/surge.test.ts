import { expect, test } from "vitest";
import { EMPTY_FLEET, type Replica } from "../domain/replica.ts";
import { planRolling, type SurgeRequest } from "./surge.ts";

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

function waves(more: Partial<SurgeRequest>) {
  return planRolling({
    fleet: fleetOf("v1", "v1", "v1"),
    version: "v2",
    desired: 3,
    batch: 1,
    maxSurge: 1,
    maxUnavailable: 0,
    ...more,
  });
}

test("with one copy more and none less, each new copy comes before an old one goes", () => {
  expect(waves({})).toEqual([
    { stop: 0, start: 1 },
    { stop: 1, start: 1 },
    { stop: 1, start: 1 },
    { stop: 1, start: 0 },
  ]);
});

test("with no copy more and one less, each old copy goes before a new one comes", () => {
  expect(waves({ maxSurge: 0, maxUnavailable: 1 })).toEqual([
    { stop: 1, start: 1 },
    { stop: 1, start: 1 },
    { stop: 1, start: 1 },
  ]);
});

test("a broken copy goes first, since it serves nobody", () => {
  expect(waves({ fleet: fleetOf("v2", "v2", null) })).toEqual([{ stop: 1, start: 1 }]);
});

test("what is right already needs no wave; what is too much goes", () => {
  expect(waves({ fleet: fleetOf("v2", "v2", "v2") })).toEqual([]);
  expect(waves({ fleet: fleetOf("v2", "v2", "v2", "v2") })).toEqual([{ stop: 1, start: 0 }]);
});

test("a percentage of surge rounds up, so that one more always fits", () => {
  expect(waves({ maxSurge: "10%" })[0]).toEqual({ stop: 0, start: 1 });
});

test("neither a copy more nor a copy less is refused", () => {
  expect(() => waves({ maxSurge: 0, maxUnavailable: "10%" })).toThrow(
    expect.objectContaining({
      code: "invalid_input",
      errors: [expect.objectContaining({ path: "rollout.maxSurge" })],
    }),
  );
});

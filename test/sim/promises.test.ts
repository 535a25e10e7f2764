// What the watcher takes for a broken promise, and what not.
import { expect, test } from "vitest";
import { aDeployment, aStep } from "#test/support/a-deployment.ts";
import type { Seen, SimFleet } from "./fleets.ts";
import { watchPromises } from "./promises.ts";
import type { SimTime } from "./time.ts";

const ONE = aDeployment({ id: "dep_1", health: { healthy: 2, unhealthy: 0, desired: 2 } });

function watching() {
  return watchPromises({
    time: { now: () => 0 } as SimTime,
    fleet: { kind: "vm", weights: () => new Map() } as unknown as SimFleet,
    target: () => ({ lock: { owner: "dep_1", since: "" }, desired: 2 }) as never,
    deployment: () => ({
      ...ONE,
      spec: { ...ONE.spec, rollout: { ...ONE.spec.rollout, maxUnavailable: 0 } },
    }),
  });
}

function copies(seen: Record<string, Partial<Seen>>): Map<string, Seen> {
  const well = { version: "v1", healthy: true, reachable: true, served: true };
  return new Map(Object.entries(seen).map(([id, one]) => [id, { ...well, ...one }]));
}

function removed(before: Record<string, Partial<Seen>>, after: Record<string, Partial<Seen>>): string[] {
  const promises = watching();
  const step = aStep({ action: "remove", version: null });
  promises.acted({
    deploymentId: "dep_1",
    verb: "apply",
    step,
    before: copies(before),
    after: copies(after),
  });
  return promises.broken;
}

test("a healthy copy that was served may not go below what is promised", () => {
  expect(removed({ a: {}, b: {} }, { a: {} })).toEqual([
    expect.stringMatching(/^promise 3: 1 healthy, at least 2/),
  ]);
});

test("one of a side without traffic may go at any time", () => {
  expect(
    removed({ a: {}, b: { healthy: false }, c: { served: false } }, { a: {}, b: { healthy: false } }),
  ).toEqual([]);
});

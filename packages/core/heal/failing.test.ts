import { expect, test } from "vitest";
import type { Amiss } from "../domain/healing.ts";
import type { Replica, ReplicaHealth } from "../domain/replica.ts";
import { judgeFailing } from "./failing.ts";

const BEGUN = Date.UTC(2026, 0, 5, 12);
const at = (seconds: number) => new Date(BEGUN + 1000 * seconds).toISOString();
const since: Amiss = { since: at(0), tries: 0, triedAt: null };
const copies = (...health: ReplicaHealth[]): Replica[] =>
  health.map((one, index) => ({
    id: `${index}`,
    version: "v1",
    health: one,
    address: null,
    startedAt: null,
  }));

function judged(replicas: Replica[], startedAt: string, seconds: number, before?: Amiss) {
  const fleet = { replicas, failing: { startedAt, detail: "it exited with exit code 1" } };
  return judgeFailing({ fleet, desired: 3, before, policy: { pauseSeconds: 30 } }, BEGUN + 1000 * seconds);
}

test("one copy that ends is the platform's affair: it is remembered, and forgotten once its successor is well", () => {
  const two = copies("healthy", "healthy");
  expect(judged(two, at(-60), 0)).toEqual({ amiss: since, why: null });
  expect(judged(two, at(-60), 600, since)).toEqual({ amiss: since, why: null });
  expect(judged(copies("healthy", "healthy", "healthy"), at(20), 60, since)).toEqual({
    amiss: null,
    why: null,
  });
});

test("where what is started in its place ends too, it is told after the pause, whichever copy is met, in the same words", () => {
  const two = copies("healthy", "healthy");
  expect(judged(two, at(10), 29, since).why).toBe(null);
  const told = judged(two, at(10), 30, since);
  expect(told).toEqual({
    amiss: since,
    why: "2 of 3 copies are well, and what the platform starts in their place ends again (it exited with exit code 1). It goes on by itself, with its own pauses: deploy a release that works, or mend what it needs.",
  });
  expect(judged(copies("healthy", "starting", "healthy"), at(3500), 3600, since)).toEqual(told);
});

test("a platform whose copies end for no reason of their own has nothing to tell", () => {
  const fleet = { replicas: copies("healthy", "starting") };
  expect(judgeFailing({ fleet, desired: 3, before: since, policy: { pauseSeconds: 30 } }, BEGUN)).toEqual({
    amiss: null,
    why: null,
  });
});

import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { EMPTY_FLEET, type Fleet, type Replica } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";
import type { PlanRequest } from "../driver/driver.ts";
import type { Resources } from "../placement/resources.ts";
import type { PlacementHost } from "../placement/room.ts";
import { whereIs } from "./copy-id.ts";
import { planPlaced } from "./placed.ts";

const SMALL: Resources = { cpu: 0.5, memoryMiB: 512, diskGiB: 0 };

const aPlacedSpec = (more: Partial<Spec> = {}) =>
  aSpec({
    replicas: 4,
    resources: { cpu: 0.5, memoryMiB: 512 },
    server: { pool: "web", supervisor: "systemd", setup: false, placement: "spread" },
    ...more,
  });

const host = (id: string, more: Partial<PlacementHost> = {}): PlacementHost => ({
  id,
  capacity: { cpu: 1, memoryMiB: 1024, diskGiB: 10 },
  ...more,
});

/** `web-1/2` on v1 and healthy. */
const aCopy = (id: string, more: Partial<Replica> = {}): Replica => ({
  id,
  version: "v1",
  health: "healthy",
  address: null,
  startedAt: null,
  ...more,
});

function aFleet(copies: Replica[], hosts = [host("web-1"), host("web-2"), host("web-3")]): Fleet {
  const reached = new Set(hosts.map(({ id }) => id));
  const holds = Object.fromEntries(copies.map(({ id }) => [id, SMALL]));
  const unreachable = copies.map(({ id }) => id).filter((id) => !reached.has(whereIs(id).host));
  return { ...EMPTY_FLEET, replicas: copies, unreachable, placement: { hosts, holds } };
}

function plan(fleet: Fleet, spec: Spec, more: Partial<PlanRequest> = {}) {
  const request = { fleet, version: "v2", desired: spec.replicas, rollback: false, ...more };
  return planPlaced(request, spec).map(({ action, replicas }) => [action, ...replicas]);
}

const copies = (...ids: string[]) => ids.map((id) => aCopy(id));

test("more copies than hosts share the hosts, and are told apart by number", () => {
  expect(plan(aFleet([]), aPlacedSpec())).toEqual([
    ["install", "web-1"],
    ["install", "web-2"],
    ["install", "web-3"],
    ["install", "web-1/2"],
  ]);
});

test("a release changes copies where they are", () => {
  const fleet = aFleet(copies("web-1", "web-1/2", "web-2", "web-3"));
  expect(plan(fleet, aPlacedSpec()).map(([, id]) => id)).toEqual(["web-1", "web-1/2", "web-2", "web-3"]);
});

test("a copy that grows out of its host comes elsewhere before it goes, and the others grow after that", () => {
  const fleet = aFleet(copies("web-1", "web-1/2"));
  const grown = aPlacedSpec({ replicas: 2, resources: { cpu: 0.75, memoryMiB: 512 } });
  expect(plan(fleet, grown)).toEqual([
    ["install", "web-2"],
    ["remove", "web-1/2"],
    ["install", "web-1"],
  ]);
  const labels = planPlaced({ fleet, version: "v2", desired: 2, rollback: false }, grown).map(
    (step) => step.label,
  );
  expect(labels).toEqual(["Batch 1 of 2: web-2", "Remove web-1/2", "Batch 2 of 2: web-1"]);
});

test("what does not fit is refused before anything changes, with what is missing", () => {
  const spec = aPlacedSpec({ replicas: 8 });
  expect(() => plan(aFleet([]), spec)).toThrow(
    "Pool web has no room for shop: 2 of 8 copies do not fit: each needs cpu 0.5, memoryMiB 512. Of 3 hosts: 3 have too little cpu (most free: 0).",
  );
});

test("on the way back as many as fit are planned", () => {
  const spec = aPlacedSpec({ replicas: 8 });
  expect(plan(aFleet([]), spec, { rollback: true }).flatMap(([, ...ids]) => ids)).toHaveLength(6);
});

test("fewer copies: the broken go first, then those of the fullest host", () => {
  const broken = aCopy("web-3", { health: "unhealthy" });
  const fleet = aFleet([...copies("web-1", "web-1/2", "web-2"), broken]);
  expect(plan(fleet, aPlacedSpec({ replicas: 2 }), { version: "v1" })).toEqual([
    ["remove", "web-3", "web-1/2"],
  ]);
});

test("copies on a host that does not answer are not moved, but asked for first", () => {
  const fleet = aFleet(copies("web-1", "web-2", "web-2/2"), [host("web-1"), host("web-3")]);
  expect(plan(fleet, aPlacedSpec({ replicas: 3 }))).toEqual([
    ["install", "web-2"],
    ["install", "web-2/2"],
    ["install", "web-1"],
  ]);
});

test("an app that says nothing of its needs has one copy a host, as before", () => {
  const fleet = { ...EMPTY_FLEET, spare: ["web-1", "web-2"] };
  expect(plan(fleet, aSpec({ replicas: 2 }))).toEqual([
    ["install", "web-1"],
    ["install", "web-2"],
  ]);
});

test("copies on a bad host move one for one, the new ones first, and what is elsewhere stays", () => {
  const fleet = { ...aFleet(copies("web-1", "web-2", "web-2/2", "web-3")), bad: ["web-2"] };
  expect(plan(fleet, aPlacedSpec(), { version: "v1" })).toEqual([
    ["install", "web-1/2"],
    ["install", "web-3/2"],
    ["remove", "web-2", "web-2/2"],
  ]);
});

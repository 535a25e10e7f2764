import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { EMPTY_FLEET, type Fleet, type Replica } from "../domain/replica.ts";
import type { LiveVolume } from "../domain/volume.ts";
import { lostDisks, lostNotes, rememberedDisks, withLost } from "./lost-disks.ts";
import { ONE_AT_A_TIME } from "./pace.ts";
import { planInPlace } from "./rolling.ts";

const disk = (host: string, copy: string | null = host): LiveVolume => ({
  name: "data",
  sizeGiB: 1,
  where: `${host}:/opt/tutti/shop-prod/volumes/data`,
  copy,
});
const copy = (id: string): Replica => ({
  id,
  version: "v1",
  health: "healthy",
  address: null,
  startedAt: null,
});
const target = { release: "v1", disks: [disk("web-1"), disk("web-2")] };
/** web-2 has left the pool; web-3 could carry a copy. */
const left: Fleet = { ...EMPTY_FLEET, replicas: [copy("web-1")], volumes: [disk("web-1")], spare: ["web-3"] };

test("what is seen, kept, or has its copy still there is not lost", () => {
  expect(lostDisks(target, { ...left, volumes: [disk("web-1"), disk("web-2", null)] })).toEqual([]);
  expect(lostDisks(target, { ...left, replicas: [copy("web-1"), copy("web-2")] })).toEqual([]);
  expect(lostDisks(target, left)).toEqual([disk("web-2")]);
});

test("a disk is remembered until it is seen again or given up", () => {
  expect(rememberedDisks(target, left)).toEqual([disk("web-1"), disk("web-2")]);
  expect(rememberedDisks({}, left)).toEqual([disk("web-1")]);
  expect(rememberedDisks({}, { ...left, volumes: [{ ...disk("web-1"), ephemeral: true }] })).toEqual([]);
  expect(rememberedDisks(target, { ...left, volumes: [disk("web-1"), disk("web-2", null)] })).toEqual([
    disk("web-1"),
  ]);
});

test("no copy begins elsewhere in the stead of one whose disk is gone; one scaled in by it gives it up", () => {
  const volumes = [{ name: "data", path: "/data", sizeGiB: 1 }];
  const spec = aSpec({ volumes, rollout: { ...aSpec().rollout, ...ONE_AT_A_TIME } });
  const plan = (fleet: Fleet, desired: number, version = "v2") =>
    planInPlace({ fleet, version, desired, rollback: false }, spec).map(({ replicas }) => replicas);
  expect(plan(left, 2)).toEqual([["web-3"], ["web-1"]]);
  expect(plan(withLost(left, target), 2)).toEqual([["web-2"], ["web-1"]]);
  expect(plan(withLost(left, target), 1, "v1")).toEqual([]);
});

test("the dry run says which disk is gone and what to do", () => {
  expect(lostNotes(target, left)).toEqual([
    "web-2 is not there, nor its disk data (web-2:/opt/tutti/shop-prod/volumes/data). No copy begins with an empty disk in its stead: bring its host back, or scale in by it, which gives the disk up.",
  ]);
  expect(lostNotes(null, left)).toEqual([]);
});

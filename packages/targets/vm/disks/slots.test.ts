import fc from "fast-check";
import { expect, test } from "vitest";
import { tooMany } from "./keep.ts";
import { allot, type Disk, freeDevice, type Holder } from "./slots.ts";
import { zonesFor } from "./zones.ts";

const DATA = { name: "data", path: "/data", sizeGiB: 1 };
const CACHE = { name: "cache", path: "/cache", sizeGiB: 2 };

function disk(slot: number, part: Partial<Disk> = {}): Disk {
  const free = { isFree: true, instanceId: null, isThere: false, device: null };
  const own = {
    id: `vol-${slot}`,
    name: "data",
    slot,
    zone: "a",
    sizeGiB: 1,
    preparedFor: "",
    version: "v1",
  };
  return { ...own, ...free, ...part };
}
const had = (slot: number, instanceId: string, part: Partial<Disk> = {}) =>
  disk(slot, { isFree: false, instanceId, isThere: true, device: "/dev/sdf", ...part });
const copy = (id: string, part: Partial<Holder> = {}): Holder => ({
  ...{ id, zone: "a", isUp: true, names: ["data"] },
  ...part,
});

test("a first copy gets a new disk in its zone, and one that is there is attached", () => {
  expect(allot([DATA], [], [copy("i-1", { zone: "b" })]).orders).toEqual([
    { kind: "create", copy: "i-1", slot: 1, zone: "b", volume: DATA },
  ]);
  expect(allot([DATA], [disk(1)], [copy("i-1")]).orders).toMatchObject([
    { kind: "attach", copy: "i-1", disk: { id: "vol-1" } },
  ]);
});

test("a copy that does not run yet, or whose disk is still being made or attached, waits", () => {
  const looks = [
    allot([DATA], [disk(1)], [copy("i-1", { isUp: false })]),
    allot([DATA], [disk(1, { isFree: false })], [copy("i-1")]),
    allot([DATA], [had(1, "i-1", { isThere: false })], [copy("i-1")]),
  ];
  for (const { orders, waiting } of looks)
    expect({ orders, waiting }).toEqual({ orders: [], waiting: { "i-1": "waits for its disk data" } });
  expect(allot([DATA], [had(1, "i-1")], [copy("i-1")]).waiting).toEqual({});
});

test("while the copy before still has the disk, its successor waits and none is made", () => {
  const { orders, waiting, spare } = allot([DATA], [had(1, "i-old")], [copy("i-new")]);
  expect({ orders, waiting, spare }).toEqual({
    orders: [],
    waiting: { "i-new": "waits until i-old has let go of its disk" },
    spare: ["a"],
  });
});

test("a copy in another zone than the disk that is left is misplaced; where there are fewer disks than copies it gets its own", () => {
  const there = [disk(1), had(2, "i-2")];
  const lost = allot([DATA], there, [copy("i-1", { zone: "b" }), copy("i-2")]);
  expect(lost).toMatchObject({ orders: [], misplaced: ["i-1"], spare: ["a"] });
  expect(lost.waiting["i-1"]).toBe("is in b, and the disk that is left for it in a");
  const more = allot([DATA], there, [copy("i-1"), copy("i-2"), copy("i-3", { zone: "b" })]);
  expect(more.orders).toMatchObject([
    { kind: "attach", copy: "i-1", slot: 1 },
    { kind: "create", copy: "i-3", slot: 3, zone: "b" },
  ]);
});

test("a volume that the manifest has had for short is made beside the one that is there, for copies that ask for it alone", () => {
  const holders = [copy("i-1"), copy("i-2", { names: ["data", "cache"] })];
  const { orders, waiting } = allot([DATA, CACHE], [had(1, "i-1"), had(2, "i-2")], holders);
  expect(orders).toEqual([{ kind: "create", copy: "i-2", slot: 2, zone: "a", volume: CACHE }]);
  expect(Object.keys(waiting)).toEqual(["i-2"]);
});

test("whatever is live, no disk is given to two, none that somebody has is given, and no more slots come than copies", () => {
  const zone = fc.constantFrom("a", "b");
  const holders = fc
    .uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 5 })
    .chain((ids) => fc.tuple(...ids.map((id) => zone.map((one) => copy(`i-${id}`, { zone: one })))));
  const disks = fc
    .uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 6 })
    .chain((slots) =>
      fc.tuple(
        ...slots.map((slot) =>
          fc
            .tuple(zone, fc.option(fc.integer({ min: slot * 10, max: slot * 10 })))
            .map(([one, owner]) =>
              owner === null ? disk(slot, { zone: one }) : had(slot, `i-${owner}`, { zone: one }),
            ),
        ),
      ),
    );
  fc.assert(
    fc.property(holders as fc.Arbitrary<Holder[]>, disks as fc.Arbitrary<Disk[]>, (all, there) => {
      const { orders, waiting, misplaced } = allot([DATA], there, all);
      const given = orders.flatMap((one) => (one.kind === "attach" ? [one.disk] : []));
      expect(new Set(given.map(({ id }) => id)).size).toBe(given.length);
      expect(given.filter(({ isFree }) => !isFree)).toEqual([]);
      const made = orders.filter(({ kind }) => kind === "create").length;
      expect(made).toBeLessThanOrEqual(Math.max(0, all.length - there.length));
      for (const one of orders)
        expect(all.find(({ id }) => id === one.copy)!.zone).toBe(
          one.kind === "create" ? one.zone : one.disk.zone,
        );
      expect(Object.keys(waiting)).toEqual(
        expect.arrayContaining([...orders.map((one) => one.copy), ...misplaced]),
      );
    }),
  );
});

test("a group launches where disks are left, else where its disks are, and anywhere while there are too few", () => {
  const view = (copies: number, capacity: number) => ({ copies: Array.from({ length: copies }), capacity });
  const none = { spare: [], misplaced: [] };
  expect(zonesFor({ ...none, zones: [] }, view(0, 1))).toBeNull();
  expect(zonesFor({ ...none, zones: ["a"] }, view(1, 2))).toBeNull();
  expect(zonesFor({ ...none, zones: ["a", "b"] }, view(2, 2))).toEqual(["a", "b"]);
  expect(zonesFor({ ...none, spare: ["b"], zones: ["a", "b"] }, view(1, 2))).toEqual(["b"]);
  expect(zonesFor({ spare: ["b"], misplaced: ["i-1"], zones: ["a", "b"] }, view(2, 2))).toEqual(["b"]);
});

test("an instance's next disk takes the first letter that is free", () => {
  expect(freeDevice([], "i-1")).toBe("/dev/sdf");
  expect(freeDevice([had(1, "i-1"), had(2, "i-2", { device: "/dev/sdg" })], "i-1")).toBe("/dev/sdg");
});

test("of each disk the newest three snapshots stay", () => {
  const of = (slot: number, ids: string[]) =>
    ids.map((SnapshotId) => ({
      SnapshotId,
      Tags: [
        { Key: "tutti:volume", Value: "data" },
        { Key: "tutti:slot", Value: String(slot) },
      ],
    }));
  const old = tooMany([...of(1, ["d", "c", "b", "a"]), ...of(2, ["z", "y"])]);
  expect(old.map(({ SnapshotId }) => SnapshotId)).toEqual(["a"]);
});

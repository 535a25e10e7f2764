import { expect, test } from "vitest";
import { place } from "./place.ts";
import type { Demand, PlacementHost } from "./room.ts";

const aHost = (more: Partial<PlacementHost> = {}): PlacementHost => ({
  id: "web-1",
  capacity: { cpu: 2, memoryMiB: 2048, diskGiB: 20 },
  ...more,
});
const hosts = (count: number, more: Partial<PlacementHost> = {}) =>
  Array.from({ length: count }, (_, n) => aHost({ id: `web-${n + 1}`, ...more }));
const aDemand = (more: Partial<Demand> = {}): Demand => ({
  app: "storefront",
  replicas: 1,
  resources: { cpu: 0.5, memoryMiB: 512, diskGiB: 1 },
  placement: "spread",
  places: [],
  ...more,
});
const at = (...ids: string[]) => ids.map((host) => ({ host }));

test("spreading goes over zones first, then over hosts", () => {
  const fleet = [
    aHost({ id: "web-1", zone: "a" }),
    aHost({ id: "web-2", zone: "a" }),
    aHost({ id: "web-3", zone: "b" }),
  ];
  const found = place(fleet, [aDemand({ replicas: 5 })]);
  expect(found.places.storefront).toEqual(["web-1", "web-3", "web-2", "web-3", "web-1"]);
});

test("packing fills a host before it begins the next", () => {
  const found = place(hosts(3), [aDemand({ replicas: 5, placement: "binpack" })]);
  expect(found.places.storefront).toEqual(["web-1", "web-1", "web-1", "web-1", "web-2"]);
});

test("packing takes the host on which the least is left over", () => {
  const taken = { app: "orders", resources: { cpu: 1, memoryMiB: 1024, diskGiB: 0 } };
  const fleet = [aHost({ id: "web-1" }), aHost({ id: "web-2", residents: [taken] })];
  expect(place(fleet, [aDemand({ placement: "binpack" })]).places.storefront).toEqual(["web-2"]);
});

test("a copy goes only where all labels are", () => {
  const fleet = [
    aHost({ id: "web-1", labels: { disk: "ssd" } }),
    aHost({ id: "web-2", labels: { disk: "ssd", gpu: "yes" } }),
  ];
  const demand = aDemand({ replicas: 2, labels: { disk: "ssd", gpu: "yes" } });
  expect(place(fleet, [demand]).places.storefront).toEqual(["web-2", "web-2"]);
});

test("apps that are kept apart share no host, whichever of them says so", () => {
  const fleet = [
    aHost({ id: "web-1", residents: [{ app: "orders", resources: { cpu: 0, memoryMiB: 0, diskGiB: 0 } }] }),
    aHost({
      id: "web-2",
      residents: [
        { app: "batch", resources: { cpu: 0, memoryMiB: 0, diskGiB: 0 }, apartFrom: ["storefront"] },
        // Hinders nobody, and is not named.
        { app: "mailer", resources: { cpu: 0, memoryMiB: 0, diskGiB: 0 } },
      ],
    }),
    aHost({ id: "web-3" }),
  ];
  const found = place(fleet, [aDemand({ replicas: 2, apartFrom: ["orders", "storefront"] })]);
  expect(found.places.storefront).toEqual(["web-3"]);
  expect(found.shortfalls[0]?.reason).toBe(
    "1 of 2 copies does not fit: each needs cpu 0.5, memoryMiB 512, diskGiB 1. Of 3 hosts: 3 have what must be kept apart: orders, batch, storefront.",
  );
});

test("what does not fit is told with what is missing", () => {
  const fleet = [
    aHost({ id: "web-1", capacity: { cpu: 1, memoryMiB: 400, diskGiB: 9 } }),
    aHost({ id: "web-2", capacity: { cpu: 0.25, memoryMiB: 900, diskGiB: 9 } }),
    aHost({ id: "web-3", labels: { gpu: "no" } }),
    aHost({ id: "web-4", labels: { gpu: "yes" } }),
  ];
  fleet[0]!.labels = fleet[1]!.labels = { gpu: "yes" };
  const found = place(fleet, [aDemand({ replicas: 6, labels: { gpu: "yes" } })]);
  expect(found.places.storefront).toEqual(["web-4", "web-4", "web-4", "web-4"]);
  expect(found.shortfalls).toEqual([
    {
      app: "storefront",
      missing: 2,
      needed: { cpu: 1, memoryMiB: 1024, diskGiB: 2 },
      reason:
        "2 of 6 copies do not fit: each needs cpu 0.5, memoryMiB 512, diskGiB 1. Of 4 hosts: 1 has not the labels gpu=yes; 2 have too little cpu (most free: 0.25); 1 has too little memoryMiB (most free: 400).",
    },
  ]);
});

test("where there is no host, that is what is told", () => {
  expect(place([], [aDemand()]).shortfalls[0]?.reason).toBe(
    "1 of 1 copy does not fit: each needs cpu 0.5, memoryMiB 512, diskGiB 1. There is no host.",
  );
});

test("a host that comes moves nothing", () => {
  const demand = aDemand({ replicas: 4, places: at("web-1", "web-1", "web-2", "web-2") });
  expect(place(hosts(3), [demand]).moves).toEqual([]);
});

test("a host that goes moves what was on it and nothing else", () => {
  const demand = aDemand({ replicas: 4, places: at("web-1", "web-2", "web-3", "web-3") });
  expect(place(hosts(2), [demand]).moves).toEqual([
    { app: "storefront", from: "web-3", to: "web-1" },
    { app: "storefront", from: "web-3", to: "web-2" },
  ]);
});

test("where there are too many, spreading gives up on the fullest host and packing on the emptiest", () => {
  const places = at("web-1", "web-1", "web-1", "web-2");
  expect(place(hosts(2), [aDemand({ replicas: 3, places })]).moves).toEqual([
    { app: "storefront", from: "web-1", to: null },
  ]);
  expect(place(hosts(2), [aDemand({ replicas: 3, places, placement: "binpack" })]).moves).toEqual([
    { app: "storefront", from: "web-2", to: null },
  ]);
});

test("a copy that grows stays where there is room for it, and else one of them moves", () => {
  const holds = { cpu: 0.5, memoryMiB: 512, diskGiB: 1 };
  const places = ["web-1", "web-1", "web-2"].map((host) => ({ host, holds }));
  const grown = aDemand({ replicas: 3, places, resources: { cpu: 1.2, memoryMiB: 512, diskGiB: 1 } });
  expect(place(hosts(3), [grown]).moves).toEqual([{ app: "storefront", from: "web-1", to: "web-3" }]);
});

test("room that a leaving copy still holds is given to nobody", () => {
  const holds = { cpu: 1.5, memoryMiB: 512, diskGiB: 1 };
  const demand = aDemand({ places: [{ host: "web-1", holds }], labels: { gpu: "yes" } });
  const orders = aDemand({ app: "orders", replicas: 2, placement: "binpack" });
  const found = place(hosts(2), [demand, orders]);
  expect(found.places.orders).toEqual(["web-1", "web-2"]);
});

test("a copy that shrinks counts for what it holds until the release is there", () => {
  const holds = { cpu: 1.5, memoryMiB: 512, diskGiB: 1 };
  const demand = aDemand({ replicas: 2, places: [{ host: "web-1", holds }], placement: "binpack" });
  expect(place(hosts(2), [demand]).places.storefront).toEqual(["web-1", "web-1"]);
  const wider = aDemand({ ...demand, resources: { cpu: 0.75, memoryMiB: 512, diskGiB: 1 } });
  expect(place(hosts(2), [wider]).places.storefront).toEqual(["web-1", "web-2"]);
});

test("tenths of a vCPU add up", () => {
  const demand = aDemand({ replicas: 10, resources: { cpu: 0.1, memoryMiB: 1, diskGiB: 0 } });
  const [one] = hosts(1, { capacity: { cpu: 1, memoryMiB: 100, diskGiB: 0 } });
  expect(place([one!], [demand]).shortfalls).toEqual([]);
});

test("a bad host takes no new copy; what it has moves where there is room, and stays where there is none", () => {
  const fleet = [aHost(), aHost({ id: "web-2", bad: true }), aHost({ id: "web-3" })];
  expect(place(fleet, [aDemand({ replicas: 2 })]).places.storefront).toEqual(["web-1", "web-3"]);
  const placed = aDemand({ replicas: 3, places: at("web-1", "web-2", "web-3") });
  expect(place(fleet, [placed]).moves).toEqual([{ app: "storefront", from: "web-2", to: "web-1" }]);
  const apart = { ...placed, apartFrom: ["storefront"] };
  expect(place(fleet, [apart])).toEqual({
    places: { storefront: ["web-1", "web-3", "web-2"] },
    moves: [],
    shortfalls: [],
  });
  expect(place(fleet, [{ ...apart, replicas: 4 }]).shortfalls[0]?.reason).toMatch(
    /Of 3 hosts: 1 is marked bad; 2 have what must be kept apart/,
  );
});

test("where there are too many the copy on the bad host goes", () => {
  const fleet = [aHost(), aHost({ id: "web-2", bad: true })];
  const found = place(fleet, [aDemand({ places: at("web-1", "web-2") })]);
  expect(found.moves).toEqual([{ app: "storefront", from: "web-2", to: null }]);
});

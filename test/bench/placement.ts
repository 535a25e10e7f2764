// Placing copies on a pool, at two sizes: packed, spread over three zones, and after one host has left.
import { type Placement, place } from "#core/placement/place.ts";
import type { Demand, PlacementHost, Placing } from "#core/placement/room.ts";
import { type Bench, type Figure, median } from "./figure.ts";

const TURNS = 5;
const APPS = 20;
/** Of each app, for every host. */
const COPIES = 0.2;

export const placement: Bench = {
  name: "placement",
  run: async () => [...figures(500), ...figures(1_000)],
};

function figures(hosts: number): Figure[] {
  const pool = aPool(hosts);
  const copies = APPS * COPIES * hosts;
  const what = `${copies.toLocaleString("en")} copies on ${hosts.toLocaleString("en")} hosts`;
  const packed = demandsOf(hosts, "binpack");
  const before = place(pool, packed);
  return [
    { what: `packing ${what}`, measured: timed(() => place(pool, packed)), beside: "1000 ms" },
    {
      what: `spreading ${what}`,
      measured: timed(() => place(pool, demandsOf(hosts, "spread"))),
      beside: "1000 ms",
    },
    { what: "one host leaves", measured: timed(() => oneLeaves(pool, packed, before)), beside: "1000 ms" },
  ];
}

function aPool(count: number): PlacementHost[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `web-${n}`,
    zone: "abc"[n % 3]!,
    capacity: { cpu: 8, memoryMiB: 16_384, diskGiB: 200 },
  }));
}

function demandsOf(hosts: number, placing: Placing): Demand[] {
  return Array.from({ length: APPS }, (_, n) => ({
    app: `app-${n}`,
    replicas: COPIES * hosts,
    resources: { cpu: 0.25 * (1 + (n % 5)), memoryMiB: 512 * (1 + (n % 7)), diskGiB: 1 + n },
    placement: placing,
    places: [],
  }));
}

function oneLeaves(pool: PlacementHost[], demands: Demand[], { places }: Placement): Placement {
  const settled = demands.map((one) => ({ ...one, places: places[one.app]!.map((host) => ({ host })) }));
  return place(pool.slice(1), settled);
}

function timed(run: () => Placement): string {
  const times = Array.from({ length: TURNS }, () => {
    const began = performance.now();
    const { shortfalls } = run();
    if (shortfalls.length > 0) throw new Error(shortfalls[0]!.reason);
    return performance.now() - began;
  });
  return `${median(times).toFixed(0)} ms`;
}

// What does not fit, and what is missing for it: in a sentence that an operator can act on.
import { MEASURES, type Measure, NOTHING, plus, type Resources, tellResources } from "./resources.ts";
import { type Demand, type Obstacle, obstacleTo, type Room } from "./room.ts";

export type Shortfall = {
  app: string;
  /** Copies that have no place. */
  missing: number;
  /** What they need together. */
  needed: Resources;
  reason: string;
};

export function shortfallOf(demand: Demand, missing: number, rooms: Room[]): Shortfall {
  const { app, replicas, resources } = demand;
  const copies = `${replicas === 1 ? "copy" : "copies"} ${missing === 1 ? "does" : "do"}`;
  const needs = `each needs ${tellResources(resources)}`;
  return {
    app,
    missing,
    needed: plus(NOTHING, resources, missing),
    reason: `${missing} of ${replicas} ${copies} not fit: ${needs}. ${whyNot(demand, rooms)}`,
  };
}

function whyNot(demand: Demand, rooms: Room[]): string {
  if (rooms.length === 0) return "There is no host.";
  const byObstacle = Map.groupBy(rooms, (room) => obstacleTo(room, demand));
  const told = (["bad", "labels", "apart", ...MEASURES] as const).flatMap((obstacle) => {
    const hosts = byObstacle.get(obstacle);
    return hosts ? [tell(obstacle, hosts, demand)] : [];
  });
  return `Of ${rooms.length} ${rooms.length === 1 ? "host" : "hosts"}: ${told.join("; ")}.`;
}

function tell(obstacle: Obstacle, rooms: Room[], { labels = {}, app, apartFrom = [] }: Demand): string {
  const count = `${rooms.length} ${rooms.length === 1 ? "has" : "have"}`;
  if (obstacle === "bad") return `${rooms.length} ${rooms.length === 1 ? "is" : "are"} marked bad`;
  if (obstacle === "labels") {
    const wanted = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    return `${count} not the labels ${wanted.join(", ")}`;
  }
  if (obstacle === "apart") {
    const whom = new Set(rooms.flatMap((room) => keptApart(room, app, apartFrom)));
    return `${count} what must be kept apart: ${[...whom].join(", ")}`;
  }
  return `${count} too little ${obstacle} (most free: ${mostFree(obstacle, rooms)})`;
}

/** Whom the demand keeps away, and who keeps it away: what else is on the host hinders nobody. */
function keptApart(room: Room, app: string, apartFrom: string[]): string[] {
  return [...apartFrom.filter((one) => room.copies.has(one)), ...(room.unwelcome.get(app) ?? [])];
}

function mostFree(measure: Measure, rooms: Room[]): number {
  return Math.max(0, ...rooms.map((room) => room.free[measure]));
}

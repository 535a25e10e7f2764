// The room on one host while a placement is made: what is free, and who is there already.
import { type Measure, plus, type Resources, scarce } from "./resources.ts";

/** A copy on a host that no demand is about: it stays where it is. `apartFrom`: apps that it does not share a host with. */
export type Resident = { app: string; resources: Resources; apartFrom?: string[] };

export type PlacementHost = {
  id: string;
  zone?: string;
  labels?: Record<string, string>;
  /** All that apps may use of it. */
  capacity: Resources;
  residents?: Resident[];
  /** Takes no new copies; those it has leave as soon as they have a place elsewhere. */
  bad?: boolean;
};

export type Placing = "spread" | "binpack";

/** `holds`: what the copy has reserved until the release has reached it. */
export type Place = { host: string; holds?: Resources };

export type Demand = {
  app: string;
  replicas: number;
  /** Of each copy. */
  resources: Resources;
  placement: Placing;
  /** Labels that a host must have. */
  labels?: Record<string, string>;
  /** Apps that it does not share a host with. Its own name: one copy a host at most. */
  apartFrom?: string[];
  /** Where its copies are now. */
  places: Place[];
};

export type Room = {
  host: PlacementHost;
  free: Resources;
  /** Copies by app. */
  copies: Map<string, number>;
  /** Apps that somebody here keeps away, and who does. */
  unwelcome: Map<string, Set<string>>;
};

/** Why a host does not take a copy. */
export type Obstacle = "bad" | "labels" | "apart" | Measure;

export function openRoom(host: PlacementHost): Room {
  const room: Room = { host, free: host.capacity, copies: new Map(), unwelcome: new Map() };
  for (const resident of host.residents ?? []) settle(room, resident, resident.resources);
  return room;
}

export function settle(room: Room, who: { app: string; apartFrom?: string[] }, resources: Resources): void {
  room.free = plus(room.free, resources, -1);
  room.copies.set(who.app, copiesOf(room, who.app) + 1);
  for (const app of who.apartFrom ?? [])
    room.unwelcome.set(app, new Set(room.unwelcome.get(app)).add(who.app));
}

/** The copy is taken out again; whom it keeps away stays away, since it may not have left yet. */
export function unsettle(room: Room, { app }: { app: string }, resources: Resources): void {
  room.free = plus(room.free, resources);
  const left = copiesOf(room, app) - 1;
  if (left > 0) room.copies.set(app, left);
  else room.copies.delete(app);
}

export function copiesOf(room: Room, app: string): number {
  return room.copies.get(app) ?? 0;
}

/** `null` where the copy may come. */
export function obstacleTo(room: Room, demand: Demand, resources = demand.resources): Obstacle | null {
  if (room.host.bad) return "bad";
  return obstacleToStay(room, demand, resources);
}

/** The same for a copy that is there: a bad host keeps it where nobody else takes it. */
export function obstacleToStay(room: Room, demand: Demand, resources: Resources): Obstacle | null {
  const { labels, apartFrom } = demand;
  if (labels && !hasLabels(room.host, labels)) return "labels";
  if (room.unwelcome.has(demand.app) || apartFrom?.some((app) => room.copies.has(app))) return "apart";
  return scarce(room.free, resources);
}

function hasLabels(host: PlacementHost, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([name, value]) => host.labels?.[name] === value);
}

const NUMERIC = new Intl.Collator("en", { numeric: true });

/** `web-2` before `web-10`; never equal unless the same. */
export function compareText(a: string, b: string): number {
  return NUMERIC.compare(a, b) || (a < b ? -1 : Number(a > b));
}

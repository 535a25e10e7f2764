// Decides which host each copy runs on. What stands where it may stand stays there: only what must move moves. New copies
// are placed largest first, so that packing is best fit decreasing. Pure and deterministic: the same fleet, in whatever
// order it is told, gives the same places. A copy that leaves keeps its room until it has left, so that every step on the
// way fits, not only the end of it.
import { bestRoom, leastMissed } from "./preference.ts";
import { atLeast, largestShare, NOTHING, type Resources } from "./resources.ts";
import {
  compareText,
  type Demand,
  obstacleToStay,
  openRoom,
  type Place,
  type PlacementHost,
  type Room,
  settle,
  unsettle,
} from "./room.ts";
import { type Shortfall, shortfallOf } from "./shortfall.ts";

export type Move = { app: string; from: string | null; to: string | null };

export type Placement = {
  /** By app: the host of each copy, those that stay first. Fewer than wanted where something does not fit. */
  places: Record<string, string[]>;
  /** `from: null`: a copy more. `to: null`: one less. */
  moves: Move[];
  shortfalls: Shortfall[];
};

/** `onBad`: could stay, and leaves as soon as there is another place. */
type Kept = { demand: Demand; stay: Place[]; onBad: Place[]; leave: Place[] };

export function place(hosts: PlacementHost[], demands: Demand[]): Placement {
  const rooms = [...hosts].sort((a, b) => compareText(a.id, b.id)).map(openRoom);
  const byHost = new Map(rooms.map((room) => [room.host.id, room]));
  const kept = largestFirst(hosts, demands).map((demand) => keep(demand, byHost));
  for (const { demand, leave } of kept) for (const one of leave) stillThere(demand, one, byHost);
  const found: Placement = { places: {}, moves: [], shortfalls: [] };
  for (const one of kept) fill(one, rooms, found);
  return found;
}

/** By the measure that is scarcest for it; a demand's copies are alike, so ordering demands orders copies. */
function largestFirst(hosts: PlacementHost[], demands: Demand[]): Demand[] {
  const largest = hosts.reduce((most, host) => atLeast(most, host.capacity), NOTHING);
  const size = new Map(demands.map((demand) => [demand, largestShare(demand.resources, largest)]));
  return [...demands].sort((a, b) => size.get(b)! - size.get(a)! || compareText(a.app, b.app));
}

function keep(demand: Demand, rooms: Map<string, Room>): Kept {
  const leave: Place[] = [];
  const stay: Place[] = [];
  const onBad: Place[] = [];
  for (const one of [...demand.places].sort((a, b) => compareText(a.host, b.host))) {
    const room = rooms.get(one.host);
    const needed = stayingNeeds(demand, one);
    const may = room !== undefined && obstacleToStay(room, demand, needed) === null;
    if (may) settle(room, demand, needed);
    if (!may) leave.push(one);
    else (room.host.bad ? onBad : stay).push(one);
  }
  while (stay.length > demand.replicas) {
    const index = leastMissed(demand, stay, rooms);
    const [last] = stay.splice(index, 1);
    unsettle(rooms.get(last!.host)!, demand, stayingNeeds(demand, last!));
    leave.push(last!);
  }
  return { demand, stay, onBad, leave };
}

/** What it holds or is to hold, whichever is more. */
function stayingNeeds({ resources }: Demand, { holds = resources }: Place): Resources {
  return atLeast(resources, holds);
}

function stillThere(demand: Demand, { host, holds }: Place, rooms: Map<string, Room>): void {
  const room = rooms.get(host);
  if (room) settle(room, demand, holds ?? demand.resources);
}

function fill({ demand, stay, onBad, leave }: Kept, rooms: Room[], found: Placement): void {
  const { app, replicas, resources } = demand;
  const places = stay.map((one) => one.host);
  // Who could stay moves after those who cannot.
  const left = [...leave, ...onBad].map((one) => one.host);
  while (places.length < replicas) {
    const room = bestRoom(demand, rooms);
    if (!room) break;
    settle(room, demand, resources);
    places.push(room.host.id);
    found.moves.push({ app, from: left.shift() ?? null, to: room.host.id });
  }
  const remaining = Math.min(onBad.length, left.length, replicas - places.length);
  if (remaining > 0) places.push(...left.splice(-remaining));
  for (const from of left) found.moves.push({ app, from, to: null });
  found.places[app] = places;
  if (places.length < replicas) found.shortfalls.push(shortfallOf(demand, replicas - places.length, rooms));
}

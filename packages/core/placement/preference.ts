// Which host a copy likes best. Packing: the one that is fullest once the copy is there (best fit), and an empty one only
// where it must. Spreading: the zone with the fewest copies of the app, then such a host, then the emptiest.
import { largestShare, plus, sumOfShares } from "./resources.ts";
import { copiesOf, type Demand, obstacleTo, type Place, type Room } from "./room.ts";

/** Compared from the left; less is better. */
type Score = number[];

/** Nothing where none fits. The first of equals wins. */
export function bestRoom(demand: Demand, rooms: Room[]): Room | undefined {
  const score = demand.placement === "binpack" ? fullness(demand) : crowding(demand, rooms);
  let best: Room | undefined;
  let least: Score = [];
  for (const room of rooms) {
    if (obstacleTo(room, demand) !== null) continue;
    const own = score(room);
    if (best !== undefined && compareScores(own, least) >= 0) continue;
    best = room;
    least = own;
  }
  return best;
}

function fullness({ resources }: Demand): (room: Room) => Score {
  return ({ host, free, copies }) => [
    Number(copies.size === 0),
    sumOfShares(plus(free, resources, -1), host.capacity),
  ];
}

function crowding({ app }: Demand, rooms: Iterable<Room>): (room: Room) => Score {
  const inZone = new Map<string, number>();
  for (const room of rooms) inZone.set(zoneOf(room), (inZone.get(zoneOf(room)) ?? 0) + copiesOf(room, app));
  return (room) => [
    inZone.get(zoneOf(room))!,
    copiesOf(room, app),
    -largestShare(room.free, room.host.capacity),
  ];
}

/** Index of the copy that is missed least where there are too many: the preference backwards. The last of equals goes. */
export function leastMissed(demand: Demand, stay: Place[], rooms: Map<string, Room>): number {
  const crowded = crowding(demand, rooms.values());
  const score = (room: Room) =>
    demand.placement === "binpack" ? [sumOfShares(room.free, room.host.capacity)] : crowded(room);
  const scores = stay.map(({ host }) => score(rooms.get(host)!));
  return scores.reduce((worst, own, index) => (compareScores(own, scores[worst]!) >= 0 ? index : worst), 0);
}

function compareScores(a: Score, b: Score): number {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value - b[index]!;
  return 0;
}

function zoneOf({ host }: Room): string {
  return host.zone ?? "";
}

// What is to be done next in a step that replaces copies: pure, from what is live alone, so that it is the same after a
// crash, when somebody scaled meanwhile, and when an instance died. Never fewer healthy copies than `least`, and never more
// copies than `most`, both of the count that the group keeps at this moment.
import type { RolloutPolicy } from "#core/domain/spec.ts";
import type { Step } from "#core/domain/step.ts";
import { limitsOf } from "#core/plan/replacing.ts";
import type { Ending } from "./capacity.ts";
import { type Copy, isHealthy, type SideView } from "./side.ts";

export type Decision = {
  /** To be added to the capacity for good: the plan wants more. */
  grow: number;
  /** To be borrowed for the time until as many old ones are gone. */
  borrow: number;
  /** Whoever leaves traffic now. */
  drain: string[];
  /** Out of traffic: to be ended. */
  end: { id: string; ending: Ending }[];
  /** More copies of the version are still to come, beside those that are there. */
  coming: number;
  done: boolean;
};

export type Order = Pick<Step, "version" | "count" | "leaving" | "leavingFirst" | "desired">;
export type Live = Pick<SideView, "copies" | "capacity" | "desired">;

export function decide(order: Order, live: Live, rollout: RolloutPolicy): Decision {
  const desired = Math.max(live.desired, order.desired ?? 0);
  const grow = desired - live.desired;
  const room = roomOf(order, live, desired, rollout, live.capacity + grow);
  const drain = toDrain(order, live, room);
  const end = toEnd(order, live, room);
  const borrow = toBorrow(live, room, drain);
  const waits = room.leaving.length > 0 || room.healthy < room.wanted || room.coming > 0;
  const isFull = live.copies.length >= live.capacity && live.capacity === live.desired;
  return { grow, borrow, drain, end, coming: room.coming, done: !waits && grow === 0 && isFull };
}

type Room = {
  most: number;
  least: number;
  leaving: Copy[];
  firsts: Copy[];
  /** Copies of the version that stay; how many of them are healthy. */
  mine: Copy[];
  healthy: number;
  wanted: number;
  capacity: number;
  vacant: number;
  coming: number;
  /** Places that go with those who leave: what the target is to have less, as far as this step brings nobody for them. */
  surplus: number;
};

function roomOf(order: Order, live: Live, desired: number, rollout: RolloutPolicy, capacity: number): Room {
  const leaving = leavingOf(order, live);
  const first = new Set((order.leaving ?? []).slice(0, order.leavingFirst ?? 0));
  const going = new Set(leaving.map(({ id }) => id));
  const mine = live.copies.filter((one) => one.version === order.version && !going.has(one.id));
  const wanted = Math.min(order.count ?? 0, desired);
  const vacant = Math.max(0, capacity - live.copies.length);
  const coming = Math.max(0, wanted - mine.length);
  const staying = live.copies.length - leaving.length + Math.max(vacant, coming);
  return {
    most: limitsOf(rollout, desired).most,
    // Where the target is to have less, that is what must stay healthy: else nobody could go.
    least: limitsOf(rollout, order.desired ?? desired).least,
    leaving,
    firsts: leaving.filter(({ id }) => first.has(id)),
    mine,
    healthy: mine.filter(isHealthy).length,
    wanted,
    capacity,
    vacant,
    coming,
    surplus: Math.max(0, desired - Math.max(order.desired ?? desired, staying)),
  };
}

/** In the order in which they are to go. */
function leavingOf({ leaving = [] }: Order, { copies }: Live): Copy[] {
  return leaving.flatMap((id) => copies.find((one) => one.id === id) ?? []);
}

/** Some may go before the new ones start; the others when all new ones are healthy. A broken one costs nobody anything. */
function toDrain(_order: Order, { copies }: Live, room: Room): string[] {
  const proven = room.healthy >= room.wanted;
  const candidates = room.leaving.filter((one) => isInTraffic(one) && (proven || room.firsts.includes(one)));
  let spare = copies.filter(isHealthy).length - room.least;
  return candidates.flatMap((one) => {
    if (!isHealthy(one)) return [one.id];
    spare -= 1;
    return spare >= 0 ? [one.id] : [];
  });
}

function isInTraffic({ backend }: Copy): boolean {
  return backend !== null && backend.state !== "draining" && backend.state !== "unused";
}

function isDrained({ backend }: Copy): boolean {
  return backend === null || backend.state === "unused";
}

function toEnd(order: Order, live: Live, room: Room): Decision["end"] {
  let { surplus } = room;
  let borrowed = live.capacity - live.desired;
  return leavingOf(order, live)
    .filter(isDrained)
    .map((one) => {
      const { id } = one;
      if (surplus > 0) {
        surplus -= 1;
        return { id, ending: "shrinks" as const };
      }
      // One that goes first makes room for a new one; what was borrowed goes with those that go last.
      if (room.firsts.includes(one) || borrowed <= 0) return { id, ending: "keeps" as const };
      borrowed -= 1;
      return { id, ending: "givesBack" as const };
    });
}

/** What is missing and finds no place: neither one that is free nor one that becomes free first. */
function toBorrow(live: Live, room: Room, drain: string[]): number {
  const placed = room.mine.length + room.vacant + Math.max(0, room.firsts.length - room.surplus);
  const missing = Math.max(0, room.wanted - placed);
  const free = Math.max(0, room.most - room.capacity);
  if (missing > 0) return Math.min(missing, free);
  // Somebody scaled meanwhile: as many as planned are new, and yet no old one may leave before another one is there.
  const held =
    room.leaving.length > 0 &&
    drain.length === 0 &&
    room.leaving.every(isInTraffic) &&
    room.vacant === 0 &&
    room.mine.length === room.healthy &&
    room.healthy >= room.wanted &&
    live.capacity === live.desired;
  return held ? Math.min(1, free) : 0;
}

// How much of a group's capacity a rollout has borrowed for its surge. The group's own tag says so, in a way that a crash
// between writing the tag and changing the capacity does no harm: it names the capacity before and after, each with what is
// borrowed there. A capacity that is neither was changed by somebody else meanwhile, who meant the count without the surge; scaling, whose
// bounds hold for the whole capacity, may go so far that less is left of it than its least: then only what lies above is borrowed.

export type Surge = { before: Point; after: Point };
type Point = { capacity: number; borrowed: number };

export const NO_SURGE: Surge = { before: { capacity: 0, borrowed: 0 }, after: { capacity: 0, borrowed: 0 } };

/** `3:0 4:1` */
export function writeSurge({ before, after }: Surge): string {
  return `${before.capacity}:${before.borrowed} ${after.capacity}:${after.borrowed}`;
}

/** Anything unreadable is nothing borrowed. */
export function readSurge(tag: string | undefined): Surge {
  const match = /^(\d+):(\d+) (\d+):(\d+)$/.exec(tag ?? "");
  if (!match) return NO_SURGE;
  const [c0, b0, c1, b1] = match.slice(1).map(Number) as [number, number, number, number];
  return { before: { capacity: c0, borrowed: b0 }, after: { capacity: c1, borrowed: b1 } };
}

/** `least`: the count that scaling never goes below; 0 without scaling. */
export function borrowedOf({ before, after }: Surge, capacity: number, least: number): number {
  if (capacity === after.capacity) return after.borrowed;
  if (capacity === before.capacity) return before.borrowed;
  return Math.min(after.borrowed, Math.max(0, capacity - least));
}

/** The tag to write before the capacity is changed by `change`, of which `borrows` is surge (or given back, below 0). */
export function nextSurge({ capacity, borrowed }: Point, change: number, borrows: number): Surge {
  const after = Math.max(0, borrowed + borrows);
  return { before: { capacity, borrowed }, after: { capacity: capacity + change, borrowed: after } };
}

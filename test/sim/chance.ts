// Chance that can be had again: the same seed gives the same day.

export type Chance = {
  /** In [0, 1). */
  next(): number;
  hits(probability: number): boolean;
  /** Both included. */
  whole(least: number, most: number): number;
  pick<T>(list: readonly T[]): T;
};

/** mulberry32 (Tommy Ettinger, public domain): small, quick, and good enough to draw days. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    hits: (probability) => next() < probability,
    whole,
    pick: (list) => list[whole(0, list.length - 1)]!,
  };
}

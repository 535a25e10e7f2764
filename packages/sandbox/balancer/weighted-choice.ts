// Smooth weighted round robin: over any run of choices every entry gets its share, and no entry comes in bursts. Each
// choice raises all by their weight and takes the sum from the highest.
export type WeightedEntry = { weight: number; current: number };

/** The entry whose turn it is; `undefined` where no weight is above 0. Changes `current` of all. */
export function chooseWeighted<T extends WeightedEntry>(entries: T[]): T | undefined {
  let total = 0;
  let best: T | undefined;
  for (const entry of entries) {
    if (entry.weight <= 0) continue;
    total += entry.weight;
    entry.current += entry.weight;
    if (!best || entry.current > best.current) best = entry;
  }
  if (best) best.current -= total;
  return best;
}

// How many bins of one size things need at least: the bound L2 of Martello and Toth ("Knapsack Problems", 1990, section
// 8.3.2). For each k, what is larger than capacity - k shares its bin with nothing of k or more, and what is larger than half shares none
// with its like; the rest fills what they leave.

export function hostsNeededAtLeast(sizes: number[], capacity: number): number {
  const limits = [0, ...sizes.filter((size) => 2 * size <= capacity)];
  return Math.max(...limits.map((limit) => boundFor(limit, sizes, capacity)));
}

function boundFor(limit: number, sizes: number[], capacity: number): number {
  const alone = sizes.filter((size) => size > capacity - limit).length;
  const large = sizes.filter((size) => size <= capacity - limit && 2 * size > capacity);
  const small = sum(sizes.filter((size) => 2 * size <= capacity && size >= limit));
  const left = large.length * capacity - sum(large);
  return alone + large.length + Math.max(0, Math.ceil((small - left) / capacity));
}

function sum(sizes: number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}

// One line of the table that `npm run bench` prints. `beside` is the budget or the floor that the figure stands beside;
// nothing here fails a run because of a time.
export type Figure = { what: string; measured: string; beside: string };

export type Bench = { name: string; run(): Promise<Figure[]> };

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

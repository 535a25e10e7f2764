// What a copy needs and a host has, in three measures. CPU is told in thousandths of a vCPU at the finest, and each sum is
// rounded to that, so that ten times 0.1 is 1 and fits where 1 is free.

export type Resources = { cpu: number; memoryMiB: number; diskGiB: number };

export const MEASURES = ["cpu", "memoryMiB", "diskGiB"] as const;
export type Measure = (typeof MEASURES)[number];

export const NOTHING: Resources = { cpu: 0, memoryMiB: 0, diskGiB: 0 };

export function plus(a: Resources, b: Resources, times = 1): Resources {
  return {
    cpu: Math.round(1000 * (a.cpu + times * b.cpu)) / 1000,
    memoryMiB: a.memoryMiB + times * b.memoryMiB,
    diskGiB: a.diskGiB + times * b.diskGiB,
  };
}

/** The larger of each measure. */
export function atLeast(a: Resources, b: Resources): Resources {
  return {
    cpu: Math.max(a.cpu, b.cpu),
    memoryMiB: Math.max(a.memoryMiB, b.memoryMiB),
    diskGiB: Math.max(a.diskGiB, b.diskGiB),
  };
}

/** The first measure that there is too little of, `null` where all will do. */
export function scarce(free: Resources, needed: Resources): Measure | null {
  if (needed.cpu > free.cpu) return "cpu";
  if (needed.memoryMiB > free.memoryMiB) return "memoryMiB";
  return needed.diskGiB > free.diskGiB ? "diskGiB" : null;
}

/** The largest part of the whole that one measure takes. */
export function largestShare(part: Resources, whole: Resources): number {
  return Math.max(
    share(part.cpu, whole.cpu),
    share(part.memoryMiB, whole.memoryMiB),
    share(part.diskGiB, whole.diskGiB),
  );
}

/** The parts of all measures together, 3 where everything is taken. */
export function sumOfShares(part: Resources, whole: Resources): number {
  return (
    share(part.cpu, whole.cpu) + share(part.memoryMiB, whole.memoryMiB) + share(part.diskGiB, whole.diskGiB)
  );
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** `cpu 0.5, memoryMiB 256`: what is 0 is left out. */
export function tellResources(resources: Resources): string {
  const told = MEASURES.filter((measure) => resources[measure] > 0).map(
    (measure) => `${measure} ${resources[measure]}`,
  );
  return told.join(", ") || "nothing";
}

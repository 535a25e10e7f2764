// Target tracking as arithmetic: which capacity follows from the metric and the alarms of its policies. Pure. Out goes in
// proportion, and the largest of several policies wins; in goes one at a time, and only where each policy agrees
// (Auto Scaling user guide, "Target tracking scaling policies": "scales in more gradually"; "multiple policies").

export type Reading = {
  target: number;
  /** Of the last whole minute; absent where there is no data: then nothing is changed. */
  value: number | undefined;
  isHigh: boolean;
  isLow: boolean;
  scalesIn: boolean;
};

export type Capacity = {
  desired: number;
  min: number;
  max: number;
  /** Those whose load the metric shows: in service, and past their warm-up. */
  counted: number;
  /** Some are on their way in: then nothing goes out again. */
  isWarming: boolean;
};

export type Change = { desired: number; alarm: "high" | "low"; policy: number };

/** `null`: it stays. `policy` is the index of the reading that decided. */
export function track(readings: Reading[], capacity: Capacity): Change | null {
  const wanted = readings.map((reading) => neededFor(reading, capacity));
  return scaleOut(readings, wanted, capacity) ?? scaleIn(readings, wanted, capacity);
}

type Wanted = (number | null)[];

function scaleOut(readings: Reading[], wanted: Wanted, { desired, max }: Capacity): Change | null {
  let change: Change | null = null;
  for (const [policy, needed] of wanted.entries()) {
    if (needed === null || !readings[policy]!.isHigh) continue;
    const most = Math.min(needed, max);
    if (most > (change?.desired ?? desired)) change = { desired: most, alarm: "high", policy };
  }
  return change;
}

function scaleIn(readings: Reading[], wanted: Wanted, capacity: Capacity): Change | null {
  const { desired, min, isWarming } = capacity;
  const agreed = readings.every(({ isLow, scalesIn }) => isLow && scalesIn);
  if (!agreed || isWarming || desired <= min || readings.length === 0) return null;
  const after = desired - 1;
  if (wanted.some((needed) => needed === null || needed > after)) return null;
  return { desired: after, alarm: "low", policy: 0 };
}

function neededFor({ value, target }: Reading, { counted }: Capacity): number | null {
  if (value === undefined || counted === 0) return null;
  // Without the noise of floating point: 2 × 250 / 50 is 10, not 11.
  return Math.ceil((counted * value) / target - 1e-9);
}

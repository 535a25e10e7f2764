// The time as the API has it. A reader's clock may be wrong by an hour; ages and the right edge of the score are then
// still right, since every answer says when it was given.

/** Answers are dated to the second, and take a moment to arrive: less than this is not a wrong clock. */
const SMALLEST_SKEW_MS = 2_500;

let skewMs = 0;

export function noteServerDate(date: string | null, nowMs = Date.now()): void {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return;
  const difference = theirs - nowMs;
  skewMs = Math.abs(difference) < SMALLEST_SKEW_MS ? 0 : difference;
}

export function serverNow(nowMs = Date.now()): number {
  return nowMs + skewMs;
}

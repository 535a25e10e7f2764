// The time as the API has it. A reader's clock may be wrong by an hour; ages and the right edge of the score are then
// still right, since every answer says when it was given. Whatever shows an age is drawn again as it grows.
import { signal } from "@preact/signals";

/** Answers are dated to the second, and take a moment to arrive: less than this is not a wrong clock. */
const SMALLEST_SKEW_MS = 2_500;

let skewMs = 0;

const REDRAWN_EVERY_MS = 5_000;
const redrawn = signal(0);
setInterval(() => {
  if (globalThis.document?.hidden === false) redrawn.value += 1;
}, REDRAWN_EVERY_MS);

export function noteServerDate(date: string | null, nowMs = Date.now()): void {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return;
  const difference = theirs - nowMs;
  skewMs = Math.abs(difference) < SMALLEST_SKEW_MS ? 0 : difference;
}

export function serverNow(nowMs = Date.now()): number {
  // Read, so that the component that calls this is drawn again.
  redrawn.value;
  return nowMs + skewMs;
}

// Where a time axis is marked: at its two ends, and between them at whole, round spans since the beginning.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const ROUND_MS = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 4, 6, 12, 24, 48, 168].map((count) => count * HOUR),
];
const LEAST_PIXELS = 70;
const MOST_LOOKED_AT = 5000;

/** Instants, the first `from` and the last `to`. `place`: where one stands, in pixels; in a fold, many stand close. */
export function ticksOf(from: number, to: number, place: (at: number) => number, foldedMs = 0): number[] {
  const room = (place(to) - place(from)) / LEAST_PIXELS;
  const isWide = (span: number) =>
    (to - from - foldedMs) / span <= room && (to - from) / span <= MOST_LOOKED_AT;
  const span = ROUND_MS.find(isWide) ?? to - from;
  const ticks = [from];
  for (let at = from + span; at < to; at += span)
    if (place(at) - place(ticks.at(-1)!) >= LEAST_PIXELS && place(to) - place(at) >= LEAST_PIXELS)
      ticks.push(at);
  return [...ticks, to];
}

// A clock that runs `SCALE` times as fast as the machine's: of two processes too, where both are told when it began.
import type { Clock } from "#core/clock.ts";

export const SCALE = 50;

export function fastClock(beganMs = Date.now()): Clock {
  return {
    now: () => beganMs + (Date.now() - beganMs) * SCALE,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / SCALE)),
  };
}

// Real time, for what runs on Lambda.
import type { Clock } from "#core/clock.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

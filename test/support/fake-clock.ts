// Time that passes only when somebody sleeps: a sleep of an hour is over at once, and the clock says so.
import type { Clock } from "#core/clock.ts";

export type FakeClock = Clock & { advance(milliseconds: number): void };

export function fakeClock(startMs = Date.UTC(2026, 0, 5, 12)): FakeClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (milliseconds) => {
      nowMs += milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
    },
    advance: (milliseconds) => {
      nowMs += milliseconds;
    },
  };
}

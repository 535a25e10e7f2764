// A clock that runs many times as fast as the machine's: of two processes too, where both are told when it began.
import { type RunnerTestCase, TestRunner } from "vitest";
import type { Clock } from "#core/clock.ts";

/**
 * How many times as fast. Less where a test is tried again: a stall of the machine is as many times as long to a workflow, and what failed
 * may have taken it for a deadline.
 */
export function scaleNow(): number {
  const current = TestRunner.getCurrentTest<RunnerTestCase | undefined>();
  return current?.result?.retryCount ? 10 : 50;
}

export function fastClock(beganMs = Date.now()): Clock {
  const scale = scaleNow();
  return {
    now: () => beganMs + (Date.now() - beganMs) * scale,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / scale)),
  };
}

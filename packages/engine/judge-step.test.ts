import { expect, test } from "vitest";
import type { Observation } from "#core/driver/driver.ts";
import { aDeployment, aRollout, aSpec, aStep } from "#test/support/a-deployment.ts";
import { NOTHING_HEARD } from "./alarms.ts";
import { judgeStep, type Tally } from "./judge-step.ts";

const STARTED = "2026-01-05T12:00:00.000Z";
const NOW_MS = Date.parse(STARTED) + 5000;

function seen(replica: string, part: Partial<Observation> = {}): Observation {
  return {
    replica,
    version: "v2",
    health: "healthy",
    reachable: true,
    hopeless: false,
    serving: true,
    detail: "",
    ...part,
  };
}

const failed = (replica: string) =>
  seen(replica, {
    health: "unhealthy",
    hopeless: true,
    serving: false,
    detail: "it exited with exit code 3",
  });

/** A step over two copies of which a platform has replaced others that failed: these are none of the step's any more. */
function judged(observations: Observation[], maxFailures: number, done: boolean) {
  const spec = aSpec({ kind: "container", rollout: aRollout({ maxFailures }) });
  const step = aStep({ action: "replace", replicas: ["t1", "t2"], status: "running", startedAt: STARTED });
  const health = { healthy: 2, unhealthy: 0, desired: 2 };
  const deployment = aDeployment({ kind: "container", spec, steps: [step], health });
  const tally: Tally = { watches: {}, failures: [], progressAtMs: NOW_MS, signature: "" };
  return judgeStep(deployment, step, spec, tally, { done, observations, heard: NOTHING_HEARD }, NOW_MS);
}

test("copies that failed and were replaced count against the budget, though they are none of the step's", () => {
  const over = judged([seen("t1"), seen("t2"), failed("x1"), failed("x2")], 1, true);
  expect(over.verdict).toMatchObject({
    verdict: "rollBack",
    reason: "x1 failed on v2: it exited with exit code 3; also x2; 2 failures, 1 allowed",
  });
  expect(over.complete).toBe(false);
});

test("within the budget the step goes on, and is done when the driver says so", () => {
  const observations = [seen("t1"), seen("t2"), failed("x1")];
  const going = judged(observations, 1, false);
  expect(going.verdict.failed.map(({ replica }) => replica)).toEqual(["x1"]);
  expect(going.complete).toBe(false);
  expect(judged(observations, 1, true).complete).toBe(true);
});

test("a shift is done only when the traffic has been read back, whatever has failed within the budget", () => {
  const spec = aSpec({ kind: "container", rollout: aRollout({ strategy: "blueGreen", maxFailures: 1 }) });
  const step = aStep({ type: "shift", replicas: ["t1", "t2"], status: "running", startedAt: STARTED });
  const health = { healthy: 2, unhealthy: 0, desired: 2 };
  const deployment = aDeployment({ kind: "container", spec, steps: [step], health });
  const tally: Tally = { watches: {}, failures: [], progressAtMs: NOW_MS, signature: "" };
  const looked = (done: boolean) => {
    const look = { done, observations: [seen("t1"), failed("t2")], heard: NOTHING_HEARD };
    return judgeStep(deployment, step, spec, tally, look, NOW_MS);
  };
  expect(looked(false).verdict.failed.map(({ replica }) => replica)).toEqual(["t2"]);
  expect([looked(false).complete, looked(true).complete]).toEqual([false, true]);
});

import { afterEach, expect, test, vi } from "vitest";
import type { Platform } from "../platform.ts";
import { createPolicyWatch } from "./follow-policies.ts";
import type { ScalableTarget, State } from "./model.ts";

afterEach(() => vi.useRealTimers());

/** Its load is far below the target; each look at it takes two rounds and a half. */
function idleService() {
  const counts = [6];
  const answers: Record<string, () => object> = {
    DescribeServices: () => ({
      services: [{ status: "ACTIVE", desiredCount: counts.at(-1), runningCount: counts.at(-1) }],
    }),
    DescribeAlarms: () => ({ MetricAlarms: [{ AlarmName: "low", StateValue: "ALARM" }] }),
    GetMetricStatistics: () => ({ Datapoints: [{ Sum: 1 }] }),
  };
  const call = async (_service: string, operation: string, input: { desiredCount: number }) => {
    await new Promise((resolve) => setTimeout(resolve, 1_250));
    if (operation === "UpdateService") counts.push(input.desiredCount);
    return answers[operation]?.() ?? {};
  };
  const metric = {
    PredefinedMetricType: "ALBRequestCountPerTarget",
    ResourceLabel: "app/a/1/targetgroup/b/2",
  };
  const target = {
    resourceId: "service/cluster/app",
    ...{ min: 2, max: 8, isSuspended: { in: false, out: false }, activities: [] as object[] },
    policies: [
      {
        name: "tutti-scaling",
        alarms: { high: "high", low: "low" },
        configuration: { TargetValue: 100, PredefinedMetricSpecification: metric },
      },
    ],
  } as unknown as ScalableTarget;
  const platform = { now: () => Date.now(), timeScale: 20, log: () => {}, call } as unknown as Platform;
  const targets = { list: () => [target], get: () => target, set: () => {} };
  return { counts, state: { platform, targets } as unknown as State };
}

test("one copy goes each cooldown, however many rounds a look takes", async () => {
  vi.useFakeTimers();
  const { counts, state } = idleService();
  const watch = createPolicyWatch(state);
  watch.start();
  await vi.advanceTimersByTimeAsync(14_000);
  expect(counts).toEqual([6, 5]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(counts).toEqual([6, 5, 4]);
  watch.stop();
});

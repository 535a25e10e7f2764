// How a service of the sandbox publishes what it counts: asked at the end of every 10 s of sandbox time, what it has
// goes to CloudWatch under the round that just ended. A service that has nothing to tell sends nothing.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { Platform } from "./platform.ts";

export const ROUND_SECONDS = 10;
/** From scale 40 on time runs no faster for metrics. */
const SHORTEST_ROUND_MS = 250;

export type Publisher = { start(): void; stop(): void };

/** How long 10 s of sandbox time are by the clock. Rounds begin at whole multiples of it. */
export function roundMilliseconds(timeScale: number): number {
  return Math.max(SHORTEST_ROUND_MS, (ROUND_SECONDS * 1_000) / timeScale);
}

export function createPublisher(
  platform: Platform,
  namespace: string,
  collect: () => cloudwatch.MetricDatum[],
): Publisher {
  return everyRound(platform, 0, (startedAt) => {
    const MetricData = collect().map((datum) => ({ ...datum, Timestamp: startedAt }));
    if (MetricData.length === 0) return;
    platform
      .call("monitoring", "PutMetricData", { Namespace: namespace, MetricData }, "root")
      .catch((error) => platform.log(`${namespace}: metrics are lost: ${error.message}`));
  });
}

/** Calls `act` at the end of each round, so much after it, with the moment at which the round began. */
export function everyRound(platform: Platform, lagMs: number, act: (startedAt: Date) => void): Publisher {
  const roundMs = roundMilliseconds(platform.timeScale);
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    const round = Math.floor((platform.now() - lagMs) / roundMs);
    const endMs = (round + 1) * roundMs;
    timer = setTimeout(
      () => {
        act(new Date(Math.ceil(round * roundMs)));
        arm();
      },
      endMs + lagMs - platform.now(),
    ).unref();
  };
  return { start: arm, stop: () => clearTimeout(timer) };
}

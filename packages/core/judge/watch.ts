// Folds looks at replicas into counters. A look that continues a row counts only when `intervalSeconds` have passed
// since the last one that counted, however often the engine asks; a look that turns the row counts at once. So two
// good looks at an interval of 2 s take 2 s from the first good one, and no longer.
import type { Watch } from "../domain/deployment.ts";
import type { HealthPolicy } from "../domain/spec.ts";
import type { Observation } from "../driver/driver.ts";

export type WatchOptions = {
  /** What the step brings its replicas to; `null` where it takes them away. Left out: any version will do. */
  version?: string | null;
  /** In a bake the replicas were healthy before, so no grace is given. */
  baking?: boolean;
};

/** good: healthy on the version. waiting: not there yet (draining, installing), neither good nor bad. */
export type Look = "good" | "bad" | "waiting";

export function lookOf(observation: Observation, version?: string | null): Look {
  if (version === null) return observation.version === null ? "good" : "waiting";
  if (observation.health === "draining") return "waiting";
  const elsewhere = version !== undefined && observation.version !== version;
  if (elsewhere) return observation.health === "unhealthy" ? "bad" : "waiting";
  return observation.health === "healthy" ? "good" : "bad";
}

/** Pure; `nowMs` is milliseconds since the epoch. Replicas without an observation keep their watch. */
export function observe(
  watches: Record<string, Watch>,
  observations: Observation[],
  nowMs: number,
  policy: HealthPolicy,
  options: WatchOptions = {},
): Record<string, Watch> {
  const next = { ...watches };
  for (const observation of observations) {
    next[observation.replica] = observeOne(watches[observation.replica], observation, nowMs, policy, options);
  }
  return next;
}

function observeOne(
  before: Watch | undefined,
  observation: Observation,
  nowMs: number,
  policy: HealthPolicy,
  options: WatchOptions,
): Watch {
  const look = lookOf(observation, options.version);
  const lastDetail = observation.detail;
  // The grace begins when the replica is where the step wants it; draining and unpacking are not its start.
  if (look === "waiting" || before === undefined) {
    const fresh = { since: nowMs, healthyInARow: 0, unhealthyInARow: 0, lastDetail, lastAt: nowMs };
    return look === "waiting" ? fresh : counted(fresh, look, nowMs, policy, options);
  }
  const watch = { ...before, lastDetail };
  return isDue(watch, look, nowMs, policy) ? counted(watch, look, nowMs, policy, options) : watch;
}

function isDue(watch: Watch, look: Look, nowMs: number, policy: HealthPolicy): boolean {
  const row = look === "good" ? watch.healthyInARow : watch.unhealthyInARow;
  return row === 0 || nowMs - watch.lastAt >= policy.intervalSeconds * 1000;
}

function counted(
  watch: Watch,
  look: Look,
  nowMs: number,
  policy: HealthPolicy,
  options: WatchOptions,
): Watch {
  if (look === "good") {
    return { ...watch, healthyInARow: watch.healthyInARow + 1, unhealthyInARow: 0, lastAt: nowMs };
  }
  const inGrace = !options.baking && nowMs - watch.since < policy.graceSeconds * 1000;
  const unhealthyInARow = inGrace ? 0 : watch.unhealthyInARow + 1;
  return { ...watch, healthyInARow: 0, unhealthyInARow, lastAt: nowMs };
}

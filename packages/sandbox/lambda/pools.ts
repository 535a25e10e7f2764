// The execution environments of one version, and the requests that wait for one: who gets one of its own, who goes when it is idle, and
// what is refused where the concurrency is used up. Provisioned ones stay.
import type { Environment, Failure, Play, Played } from "./environment.ts";
import { throttled } from "./faults.ts";
import type { FunctionRecord, VersionRecord } from "./records.ts";

export type Waiting = { request: Play; since: number; resolve(played: Played): void };
export type Pool = {
  functionName: string;
  record: FunctionRecord;
  version: VersionRecord;
  idle: { environment: Environment; since: number }[];
  waiting: Waiting[];
  busy: number;
  starting: number;
  retired: boolean;
  /** So many are kept initialised. */
  provisioned: number;
  /** Why one of those could not be initialised. */
  initFailure?: string | undefined;
  /** Looks again after the waiting requests' patience. */
  lookAgain?: NodeJS.Timeout | undefined;
};

export const concurrencyLimit = 100;
// So long a request waits for a busy environment before it gets one of its own: keeps bursts of short calls small.
export const patienceMs = 15;

export function retire(
  pools: Map<string, Pool>,
  functionName: string,
  keep: (version: VersionRecord) => boolean,
): void {
  for (const [key, pool] of pools) {
    if (pool.functionName !== functionName || keep(pool.version)) continue;
    Object.assign(pool, { retired: true, provisioned: 0 });
    for (const { environment } of pool.idle.splice(0)) environment.end();
    if (pool.busy + pool.waiting.length + pool.starting === 0) pools.delete(key);
  }
}

/** Nothing starts any more: who still waits is told so. */
export function giveUp(pool: Pool): void {
  const failure = { errorType: "Runtime.ExitError", errorMessage: "The sandbox is stopping" };
  for (const { resolve } of pool.waiting.splice(0)) resolve({ failure });
}

/** Who waits hears of it; where nobody does, it was one of the provisioned. */
export function giveBack(pool: Pool, failure: Failure): void {
  const next = pool.waiting.shift();
  if (next) next.resolve({ failure });
  else pool.initFailure = `FUNCTION_ERROR_INIT_FAILURE: ${failure.errorMessage}`;
}

export function lacksProvisioned(pool: Pool): boolean {
  return !pool.retired && pool.initFailure === undefined && sizeOf(pool) < pool.provisioned;
}

const sizeOf = (pool: Pool) => pool.idle.length + pool.busy + pool.starting;

/** How many of the waiting requests deserve an environment of their own. The first of all does at once. */
export function impatient(pool: Pool): number {
  const since = Date.now() - patienceMs;
  const count = pool.waiting.filter((waiting) => waiting.since <= since).length;
  return Math.max(count, sizeOf(pool) === 0 ? Math.min(1, pool.waiting.length) : 0);
}

const inFlight = (pool: Pool) => pool.busy + pool.waiting.length;

export function poolOf(pools: Map<string, Pool>, record: FunctionRecord, version: VersionRecord): Pool {
  const key = `${record.name}:${version.version}:${version.revisionId}`;
  const found = pools.get(key);
  if (found) return found;
  const pool: Pool = {
    functionName: record.name,
    record,
    version,
    idle: [],
    waiting: [],
    busy: 0,
    starting: 0,
    retired: false,
    provisioned: 0,
  };
  pools.set(key, pool);
  return pool;
}

export function checkConcurrency(pools: Map<string, Pool>, record: FunctionRecord): void {
  let all = 0;
  let own = 0;
  for (const pool of pools.values()) {
    all += inFlight(pool);
    if (pool.functionName === record.name) own += inFlight(pool);
  }
  if (own >= (record.reservedConcurrency ?? concurrencyLimit)) {
    const reserved = record.reservedConcurrency !== undefined;
    throw throttled(
      reserved ? "ReservedFunctionConcurrentInvocationLimitExceeded" : "ConcurrentInvocationLimitExceeded",
    );
  }
  if (all >= concurrencyLimit) throw throttled("ConcurrentInvocationLimitExceeded");
}

/** Another pool's longest idle environment gives way where all together are too many. */
export function makeRoom(pools: Map<string, Pool>): void {
  let total = 0;
  let oldest: Pool | undefined;
  for (const pool of pools.values()) {
    total += sizeOf(pool);
    const isSpare = sizeOf(pool) > pool.provisioned;
    const since = (isSpare && pool.idle[0]?.since) || Number.POSITIVE_INFINITY;
    if (since < (oldest?.idle[0]?.since ?? Number.POSITIVE_INFINITY)) oldest = pool;
  }
  if (total > concurrencyLimit) oldest?.idle.shift()?.environment.end();
}

export function sweep(pools: Map<string, Pool>, idleBefore: number): void {
  for (const [key, pool] of pools) {
    const isSpare = () => sizeOf(pool) > pool.provisioned;
    while (pool.idle[0] && pool.idle[0].since < idleBefore && isSpare()) pool.idle.shift()?.environment.end();
    if (sizeOf(pool) + pool.waiting.length + pool.provisioned === 0) pools.delete(key);
  }
}

// All execution environments: started when requests wait, reused, ended when idle. A request waits for whichever
// environment is free first, a warm one or the one started for it, so a burst does not start one for each request.
import { join } from "node:path";
import type { Platform } from "../platform.ts";
import { type Environment, type Play, type Played, startEnvironment } from "./environment.ts";
import { throttled } from "./faults.ts";
import type { FunctionRecord, VersionRecord } from "./records.ts";
import { variablesOf } from "./variables.ts";

type Waiting = { request: Play; since: number; resolve(played: Played): void };
type Pool = {
  functionName: string;
  record: FunctionRecord;
  version: VersionRecord;
  idle: { environment: Environment; since: number }[];
  waiting: Waiting[];
  busy: number;
  starting: number;
  retired: boolean;
  /** Looks again after the waiting requests' patience. */
  lookAgain?: NodeJS.Timeout | undefined;
};

const concurrencyLimit = 100;
const startsAtOnce = 4;
const idleLimitMs = 20_000;
// So long a request waits for a busy environment before it gets one of its own: keeps bursts of short calls small.
const patienceMs = 15;

export type Environments = ReturnType<typeof createEnvironments>;

export function createEnvironments(
  platform: Platform,
  directory: string,
  log: (name: string, text: string) => void,
) {
  const pools = new Map<string, Pool>();
  const running = new Set<Environment>();
  let starting = 0;
  let stopped = false;
  const sweeper = setInterval(() => sweep(pools, Date.now() - idleLimitMs), 2_000).unref();

  function launch(pool: Pool): void {
    makeRoom(pools);
    const environment = startEnvironment({
      directory: join(directory, pool.version.codeFolder),
      handler: pool.version.handler,
      compileCache: join(directory, "compiled"),
      memoryMib: pool.version.memoryMib,
      variables: variablesOf(platform, pool.record, pool.version, join(directory, pool.version.codeFolder)),
      onStrayLog: (text) => log(pool.functionName, text),
      onEnd: () => running.delete(environment),
    });
    running.add(environment);
    pool.starting++;
    starting++;
    void environment.ready.then((failure) => {
      pool.starting--;
      starting--;
      if (failure) pool.waiting.shift()?.resolve({ failure });
      else release(pool, environment);
      for (const other of pools.values()) pump(other);
    });
  }

  function release(pool: Pool, environment: Environment): void {
    if (!environment.isAlive()) return;
    if (pool.retired && pool.waiting.length === 0) environment.end();
    else pool.idle.push({ environment, since: Date.now() });
  }

  function pump(pool: Pool): void {
    if (stopped) giveUp(pool);
    while (pool.waiting.length > 0) {
      const free = pool.idle.pop();
      if (!free) break;
      if (free.environment.isAlive()) void serve(pool, free.environment, pool.waiting.shift() as Waiting);
    }
    while (pool.starting < impatient(pool) && starting < startsAtOnce) launch(pool);
    if (pool.waiting.length > pool.starting) {
      pool.lookAgain ??= setTimeout(() => {
        pool.lookAgain = undefined;
        pump(pool);
      }, patienceMs);
    }
  }

  async function serve(pool: Pool, environment: Environment, { request, resolve }: Waiting): Promise<void> {
    pool.busy++;
    const played = await environment.play(request);
    pool.busy--;
    release(pool, environment);
    resolve(played);
    pump(pool);
  }

  return {
    /** Plays one request on the version; refused where the concurrency of account or function is used up. */
    run(record: FunctionRecord, version: VersionRecord, request: Play): Promise<Played> {
      checkConcurrency(pools, record);
      const pool = poolOf(pools, record, version);
      return new Promise((resolve) => {
        pool.waiting.push({ request, resolve, since: Date.now() });
        pump(pool);
      });
    },
    /** Ends what runs an older state of the function; requests under way are played to their end. */
    retire: (functionName: string, keep: (version: VersionRecord) => boolean) =>
      retire(pools, functionName, keep),
    count: () => running.size,
    stop(): void {
      stopped = true;
      clearInterval(sweeper);
      for (const environment of running) environment.end();
    },
  };
}

function retire(
  pools: Map<string, Pool>,
  functionName: string,
  keep: (version: VersionRecord) => boolean,
): void {
  for (const [key, pool] of pools) {
    if (pool.functionName !== functionName || keep(pool.version)) continue;
    pool.retired = true;
    for (const { environment } of pool.idle.splice(0)) environment.end();
    if (pool.busy + pool.waiting.length + pool.starting === 0) pools.delete(key);
  }
}

/** Nothing starts any more: who still waits is told so. */
function giveUp(pool: Pool): void {
  const failure = { errorType: "Runtime.ExitError", errorMessage: "The sandbox is stopping" };
  for (const { resolve } of pool.waiting.splice(0)) resolve({ failure });
}

const sizeOf = (pool: Pool) => pool.idle.length + pool.busy + pool.starting;

/** How many of the waiting requests deserve an environment of their own. The first of all does at once. */
function impatient(pool: Pool): number {
  const since = Date.now() - patienceMs;
  const count = pool.waiting.filter((waiting) => waiting.since <= since).length;
  return Math.max(count, sizeOf(pool) === 0 ? Math.min(1, pool.waiting.length) : 0);
}

const inFlight = (pool: Pool) => pool.busy + pool.waiting.length;

function poolOf(pools: Map<string, Pool>, record: FunctionRecord, version: VersionRecord): Pool {
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
  };
  pools.set(key, pool);
  return pool;
}

function checkConcurrency(pools: Map<string, Pool>, record: FunctionRecord): void {
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
function makeRoom(pools: Map<string, Pool>): void {
  let total = 0;
  let oldest: Pool | undefined;
  for (const pool of pools.values()) {
    total += sizeOf(pool);
    const since = pool.idle[0]?.since ?? Number.POSITIVE_INFINITY;
    if (since < (oldest?.idle[0]?.since ?? Number.POSITIVE_INFINITY)) oldest = pool;
  }
  if (total > concurrencyLimit) oldest?.idle.shift()?.environment.end();
}

function sweep(pools: Map<string, Pool>, idleBefore: number): void {
  for (const [key, pool] of pools) {
    while (pool.idle[0] && pool.idle[0].since < idleBefore) pool.idle.shift()?.environment.end();
    if (sizeOf(pool) + pool.waiting.length === 0) pools.delete(key);
  }
}

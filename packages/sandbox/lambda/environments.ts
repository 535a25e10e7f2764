// All execution environments: started when requests wait, reused, ended when idle. A request waits for whichever
// environment is free first, a warm one or the one started for it, so a burst does not start one for each request.
import { join } from "node:path";
import type { Files } from "../efs/folders.ts";
import type { Platform } from "../platform.ts";
import { type Environment, type Play, type Played, startEnvironment } from "./environment.ts";
import { mountsOf } from "./mounts.ts";
import {
  checkConcurrency,
  giveBack,
  giveUp,
  impatient,
  lacksProvisioned,
  makeRoom,
  type Pool,
  patienceMs,
  poolOf,
  retire,
  sweep,
  type Waiting,
} from "./pools.ts";
import type { ProvisionedUse } from "./provisioned-use.ts";
import type { FunctionRecord, VersionRecord } from "./records.ts";
import { variablesOf } from "./variables.ts";

const startsAtOnce = 4;
const idleLimitMs = 20_000;

export type Environments = ReturnType<typeof createEnvironments>;

export function createEnvironments(
  platform: Platform,
  directory: string,
  files: Files,
  log: (name: string, text: string) => void,
  use: ProvisionedUse,
) {
  const pools = new Map<string, Pool>();
  const running = new Set<Environment>();
  let starting = 0;
  let stopped = false;
  const sweeper = setInterval(() => sweep(pools, Date.now() - idleLimitMs), 2_000).unref();

  function launch(pool: Pool): void {
    makeRoom(pools);
    const environment = startEnvironment({
      ...settingsOf(platform, directory, files, pool),
      onStrayLog: (text) => log(pool.functionName, text),
      onEnd: () => running.delete(environment),
    });
    running.add(environment);
    pool.starting++;
    starting++;
    void environment.ready.then((failure) => {
      pool.starting--;
      starting--;
      if (failure) giveBack(pool, failure);
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
    while (lacksProvisioned(pool) && starting < startsAtOnce) launch(pool);
    if (pool.waiting.length > pool.starting) {
      pool.lookAgain ??= setTimeout(() => {
        pool.lookAgain = undefined;
        pump(pool);
      }, patienceMs);
    }
  }

  async function serve(pool: Pool, environment: Environment, { request, resolve }: Waiting): Promise<void> {
    pool.busy++;
    use.began(pool.record.name, pool.version.version, pool.busy, pool.provisioned);
    const played = await environment.play(request);
    pool.busy--;
    use.ended(pool.record.name, pool.version.version, pool.busy, pool.provisioned);
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
    ...provisioning(pools, use, pump),
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

function settingsOf(platform: Platform, directory: string, files: Files, { record, version }: Pool) {
  const folder = join(directory, version.codeFolder);
  return {
    directory: folder,
    handler: version.handler,
    compileCache: join(directory, "compiled"),
    memoryMib: version.memoryMib,
    variables: variablesOf(platform, record, version, folder),
    mounts: () => mountsOf(files, version, directory),
  };
}

function provisioning(pools: Map<string, Pool>, use: ProvisionedUse, pump: (pool: Pool) => void) {
  return {
    /** From now on so many are kept initialised, whether requests come or not. */
    provision(record: FunctionRecord, version: VersionRecord, count: number): void {
      const pool = poolOf(pools, record, version);
      Object.assign(pool, { provisioned: count, initFailure: undefined });
      use.provisioned(record.name, version.version, pool.busy, count);
      pump(pool);
    },
    /** How many of those are ready, and why no more will be. */
    initialised(
      record: FunctionRecord,
      version: VersionRecord,
    ): { ready: number; failure?: string | undefined } {
      const { idle, busy, initFailure } = poolOf(pools, record, version);
      return { ready: idle.length + busy, failure: initFailure };
    },
  };
}

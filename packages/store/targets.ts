// Targets. The lock, the queue, the current release and the last look are one item: who may change the target, who
// comes next and what runs there change together or not at all.
import type { Kind } from "#core/domain/kind.ts";
import type { Fleet } from "#core/domain/replica.ts";
import type { RolloutPolicy } from "#core/domain/spec.ts";
import type { Standing, Target } from "#core/domain/target.ts";
import { TuttiError } from "#core/errors.ts";
import { rememberedDisks } from "#core/plan/lost-disks.ts";
import { keys, lists } from "./keys.ts";
import { pack, unpack } from "./pack.ts";
import { everything, type Page, type PageRequest, page } from "./page.ts";
import { type Pause, retryingStaleWrites } from "./retrying.ts";
import { ABSENT, atRevision, type Item, type Table } from "./table.ts";
import { acquireLock, type LockOutcome, releaseLock, type Sequence } from "./target-lock.ts";

const SNAPSHOT_REPLICAS = 1000;
const PACKED: (keyof Target & string)[] = ["replicas", "queue", "standings"];
const MOST_STANDINGS = 300;

export type TargetName = { app: string; environment: string };
export type Acquisition = TargetName & {
  kind: Kind;
  owner: string;
  onConflict: RolloutPolicy["onConflict"];
  sequences?: Sequence[] | undefined;
};

export type Targets = {
  get(name: TargetName): Promise<Target | null>;
  /** Throws `not_found`. */
  need(name: TargetName): Promise<Target>;
  /** Newest first: by when each was first asked for. */
  list(request?: PageRequest, keep?: (target: Target) => boolean): Promise<Page<Target>>;
  /** Every one, by name. */
  all(): Promise<Target[]>;
  /** All of one app, by environment: as few as there are environments. */
  of(app: string): Promise<Target[]>;
  /** Read, pure change, conditional write. `null` writes nothing. Throws `not_found`. */
  change(name: TargetName, change: (target: Target) => Target | null): Promise<Target>;
  /** Takes the lock, or a place in the queue; makes the target where there is none. Asked twice by the same owner it answers the same. Throws `target_busy` where the policy is `reject`, and `outdated`. */
  acquire(request: Acquisition): Promise<LockOutcome>;
  /** Gives the lock back and hands it to the first in the queue in the same write. `next` is whom it went to; `null` where nobody waits or the lock was not `owner`'s. `settle` changes what else has to change with it. */
  release(
    name: TargetName,
    owner: string,
    settle?: (target: Target) => Target,
  ): Promise<{ released: boolean; next: string | null; target: Target }>;
  /** Keeps what was just seen; writes nothing where it is the same as before. */
  setSnapshot(name: TargetName, fleet: Fleet): Promise<Target>;
  remove(name: TargetName): Promise<void>;
};

const BY_NAME = { pk: lists.targets, index: "gsi1" } as const;
const NEWEST_FIRST = { pk: lists.targetsByAge, index: "gsi2", descending: true } as const;

export function targetsIn(table: Table, pause: Pause, at: () => string): Targets {
  const get = async (name: TargetName) => parse(await table.get(keys.target(name.app, name.environment)));
  const change: Targets["change"] = (name, pure) =>
    retryingStaleWrites(pause, async () => {
      const before = (await get(name)) ?? missing(name);
      const after = pure(before);
      return after ? write(table, before, after, at()) : before;
    });
  return {
    get,
    need: async (name) => (await get(name)) ?? missing(name),
    list: (request = {}, keep) => page(table, NEWEST_FIRST, request, (item) => parse(item)!, keep),
    all: () => everything((request) => page(table, BY_NAME, request, (item) => parse(item)!)),
    of: (app) => {
      const query = { ...BY_NAME, prefix: `${app}/` };
      return everything((request) => page(table, query, request, (item) => parse(item)!));
    },
    change,
    acquire: (request) => retryingStaleWrites(pause, () => acquire(table, get, request, at())),
    release: async (name, owner, settle = (target) => target) => {
      let answer = { released: false, next: null as string | null };
      const target = await change(name, (before) => {
        const outcome = releaseLock(before, owner, at());
        answer = { released: outcome !== null, next: outcome?.next ?? null };
        return outcome && settle(outcome.target);
      });
      return { ...answer, target };
    },
    setSnapshot: (name, fleet) => change(name, (before) => withSnapshot(before, fleet, at())),
    remove: ({ app, environment }) => table.remove(keys.target(app, environment)),
  };
}

async function acquire(
  table: Table,
  get: Targets["get"],
  request: Acquisition,
  at: string,
): Promise<LockOutcome> {
  const before = await get(request);
  const { owner, onConflict, sequences } = request;
  const outcome = acquireLock(before ?? newTarget(request), owner, onConflict, at, sequences);
  if (outcome.target === before) return outcome;
  return { ...outcome, target: await write(table, before, outcome.target, at) };
}

/** The target as just seen, or `null` where nothing but the time of the look is new. */
export function withSnapshot(target: Target, fleet: Fleet, at: string): Target | null {
  const seen = {
    endpoint: fleet.endpoint,
    // How a copy answered is another with every minute, and judged where it was seen.
    replicas: fleet.replicas.slice(0, SNAPSHOT_REPLICAS).map(({ answers: _counted, ...kept }) => kept),
    traffic: fleet.traffic,
    drift: fleet.drift,
    ...disksOf(target, fleet),
    // While somebody holds the lock, the count to go back to stays as it was.
    desired: target.lock === null ? (fleet.desired ?? target.desired) : target.desired,
  };
  const before = {
    endpoint: target.endpoint,
    replicas: target.replicas,
    traffic: target.traffic,
    drift: target.drift,
    ...(target.disks ? { disks: target.disks } : {}),
    desired: target.desired,
  };
  const standings = withStanding(target.standings, { at, ...countsOf(fleet), desired: seen.desired });
  const isSame = JSON.stringify(seen) === JSON.stringify(before) && standings === target.standings;
  // One that was made before its birthday was kept gets one with the next look, and with it its place in the list.
  return isSame && target.createdAt !== undefined ? null : { ...target, ...seen, standings, observedAt: at };
}

/** Nothing where there never were any. */
function disksOf(target: Target, fleet: Fleet): Pick<Target, "disks"> {
  const disks = rememberedDisks(target, fleet).slice(0, SNAPSHOT_REPLICAS);
  return disks.length > 0 || target.disks ? { disks } : {};
}

/** Counts as people are shown them: hosts that carry no release are no copies. */
function countsOf({ replicas }: Fleet): Pick<Standing, "replicas" | "healthy"> {
  const copies = replicas.filter((one) => one.version !== null);
  return { replicas: copies.length, healthy: copies.filter((one) => one.health === "healthy").length };
}

/** The same list where nothing has changed since the last entry. */
function withStanding(before: Standing[] | undefined, now: Standing): Standing[] {
  const last = before?.at(-1);
  const isSame =
    last?.desired === now.desired && last.replicas === now.replicas && last.healthy === now.healthy;
  return before && isSame ? before : [...(before ?? []), now].slice(-MOST_STANDINGS);
}

async function write(table: Table, before: Target | null, after: Target, at: string): Promise<Target> {
  const { createdAt = at } = after;
  const next = { ...after, createdAt, revision: (before?.revision ?? 0) + 1 };
  const item = {
    ...pack({ ...next } as Target & Record<string, unknown>, PACKED),
    ...keys.target(next.app, next.environment),
    ...keys.targetLists(next.app, next.environment, createdAt),
  };
  await table.put(item, before ? atRevision(before.revision) : ABSENT);
  return next;
}

function newTarget({ app, environment, kind }: Acquisition): Target {
  return {
    app,
    environment,
    kind,
    release: null,
    history: [],
    desired: 0,
    lock: null,
    queue: [],
    degraded: null,
    drift: [],
    revision: 0,
    endpoint: null,
    replicas: [],
    traffic: [],
    observedAt: null,
  };
}

function parse(item: Item | undefined): Target | null {
  if (!item) return null;
  const { pk, sk, gsi1pk, gsi1sk, gsi2pk, gsi2sk, ...target } = item;
  return unpack(target, PACKED) as unknown as Target;
}

function missing({ app, environment }: TargetName): never {
  throw new TuttiError("not_found", `${app} has never been deployed to ${environment}.`);
}

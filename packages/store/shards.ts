// What one shard of a big step knows: written by one task at a time, read together when the step is judged.
import type { Usage } from "#core/domain/cost.ts";
import type { Failure, Watch } from "#core/domain/deployment.ts";
import { keys, shardPrefix } from "./keys.ts";
import { pack, unpack } from "./pack.ts";
import type { Item, Table } from "./table.ts";

export type Shard = {
  step: number;
  shard: number;
  /** The step's; a shard of an earlier start is history. */
  startedAt: string | null;
  /** The driver's opaque memory of its share of the step. */
  state: unknown;
  watches: Record<string, Watch>;
  failures: Failure[];
  /** Hosts that did not answer, and replicas that made it, at the last look. */
  silent: string[];
  healthy: string[];
  /** Why the whole step is to be taken back; else empty. */
  reason: string;
  done: boolean;
  progressAt: string;
  /** What was used for it; the deployment is charged with it when the shards are read together. */
  spent?: Usage;
};

const KEPT_SECONDS = 30 * 86_400;

export type Shards = {
  get(deploymentId: string, step: number, shard: number): Promise<Shard | null>;
  put(deploymentId: string, shard: Shard, nowMs: number): Promise<void>;
  /** All shards of a step, in order. */
  all(deploymentId: string, step: number): Promise<Shard[]>;
};

export function shardsIn(table: Table): Shards {
  return {
    get: async (id, step, shard) => {
      const item = await table.get(keys.shard(id, step, shard));
      return item ? parse(item) : null;
    },
    put: (id, shard, nowMs) =>
      table.put({
        ...pack({ ...shard } as Shard & Record<string, unknown>, ["watches", "failures"]),
        ...keys.shard(id, shard.step, shard.shard),
        ttl: Math.floor(nowMs / 1000) + KEPT_SECONDS,
      }),
    all: (id, step) => all(table, id, step),
  };
}

async function all(table: Table, id: string, step: number): Promise<Shard[]> {
  const found: Shard[] = [];
  let startKey: Item | undefined;
  do {
    const { pk } = keys.shard(id, step, 0);
    const answer = await table.query({ pk, prefix: shardPrefix(step), startKey, limit: 100 });
    found.push(...answer.items.map(parse));
    startKey = answer.lastKey;
  } while (startKey);
  return found;
}

function parse(item: Item): Shard {
  const { pk, sk, ttl, ...shard } = item;
  return unpack(shard, ["watches", "failures"]) as unknown as Shard;
}

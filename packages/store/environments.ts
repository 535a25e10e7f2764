// Platform settings of each environment, and which of its hosts are marked bad; the whole list is small and read at once. Settings and marks are
// written by different hands: whoever writes the one leaves the other as it is.
import type { BadHost, Environment } from "#core/domain/environment.ts";
import { keys, lists } from "./keys.ts";
import { everything, type Page, type PageRequest, page } from "./page.ts";
import { type Pause, retryingStaleWrites } from "./retrying.ts";
import { sortedPage } from "./sorted-page.ts";
import { ABSENT, atRevision, type Item, type Table } from "./table.ts";

export type Environments = {
  get(name: string): Promise<Environment | null>;
  /** As it is kept, and whether there was none of this name before. Of several who write at once only one hears so. */
  put(environment: Environment): Promise<{ environment: Environment; created: boolean }>;
  /** Read, pure change, conditional write; the same array, or no such environment, writes nothing. Answers what is written. */
  changeBadHosts(name: string, change: (marks: BadHost[]) => BadHost[]): Promise<BadHost[]>;
  /** Newest first. */
  list(request?: PageRequest, keep?: (environment: Environment) => boolean): Promise<Page<Environment>>;
  /** Every one, by name. */
  all(): Promise<Environment[]>;
};

export function environmentsIn(table: Table, pause: Pause): Environments {
  const write = async (item: Item | undefined, environment: Environment) => {
    const before = item?.revision as number | undefined;
    const revision = (before ?? 0) + 1;
    const condition = item === undefined ? ABSENT : before === undefined ? undefined : atRevision(before);
    await table.put({ ...environment, revision, ...keys.environment(environment.name) }, condition);
  };
  const all = () =>
    everything((request) => page(table, { pk: lists.environments }, request, (item) => parse(item)!));
  return {
    get: async (name) => parse(await table.get(keys.environment(name))),
    put: ({ badHosts: _own, ...environment }) =>
      retryingStaleWrites(pause, async () => {
        const item = await table.get(keys.environment(environment.name));
        const before = parse(item);
        const createdAt = before ? bornAt(before) : environment.updatedAt;
        const kept = { ...environment, createdAt };
        await write(item, { ...kept, ...(before?.badHosts ? { badHosts: before.badHosts } : {}) });
        return { environment: kept, created: before === null };
      }),
    changeBadHosts: (name, change) =>
      retryingStaleWrites(pause, async () => {
        const item = await table.get(keys.environment(name));
        const environment = parse(item);
        const before = environment?.badHosts ?? [];
        const badHosts = environment ? change(before) : before;
        if (environment && badHosts !== before) await write(item, { ...environment, badHosts });
        return badHosts;
      }),
    all,
    list: async (request = {}, keep) =>
      sortedPage(
        { list: lists.environments, all: await all(), at: bornAt, name: (one) => one.name },
        request,
        keep,
      ),
  };
}

function bornAt({ createdAt, updatedAt }: Environment): string {
  return createdAt ?? updatedAt;
}

function parse(item: Item | undefined): Environment | null {
  if (!item) return null;
  const { pk, sk, revision, ...environment } = item;
  return environment as Environment;
}

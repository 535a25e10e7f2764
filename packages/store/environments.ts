// Platform settings of each environment; the whole list is small.
import type { Environment } from "#core/domain/environment.ts";
import { keys, lists } from "./keys.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import type { Item, Table } from "./table.ts";

export type Environments = {
  get(name: string): Promise<Environment | null>;
  put(environment: Environment): Promise<void>;
  list(request?: PageRequest, keep?: (environment: Environment) => boolean): Promise<Page<Environment>>;
};

export function environmentsIn(table: Table): Environments {
  return {
    get: async (name) => parse(await table.get(keys.environment(name))),
    put: (environment) => table.put({ ...environment, ...keys.environment(environment.name) }),
    list: (request = {}, keep) =>
      page(table, { pk: lists.environments }, request, (item) => parse(item)!, keep),
  };
}

function parse(item: Item | undefined): Environment | null {
  if (!item) return null;
  const { pk, sk, ...environment } = item;
  return environment as Environment;
}

// Apps and their manifests.
import type { App } from "#core/domain/app.ts";
import { keys, lists } from "./keys.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import { type Pause, retryingStaleWrites } from "./retrying.ts";
import { ABSENT, atRevision, type Item, type Table } from "./table.ts";

export type Apps = {
  get(app: string): Promise<App | null>;
  /** Creates (revision 1) or replaces; `created` tells which. */
  put(app: NewApp, at: string): Promise<{ app: App; created: boolean }>;
  list(request?: PageRequest, keep?: (app: App) => boolean): Promise<Page<App>>;
  remove(app: string): Promise<void>;
};

export type NewApp = Pick<App, "app" | "kind" | "manifest" | "updatedBy">;

export function appsIn(table: Table, pause: Pause): Apps {
  const get = async (app: string) => parse(await table.get(keys.app(app)));
  return {
    get,
    put: (app, at) =>
      retryingStaleWrites(pause, async () => {
        const before = await get(app.app);
        const after: App = {
          ...app,
          revision: (before?.revision ?? 0) + 1,
          createdAt: before?.createdAt ?? at,
          updatedAt: at,
        };
        const item = { ...after, ...keys.app(app.app), ...keys.appLists(app.app, after.createdAt) };
        await table.put(item, before ? atRevision(before.revision) : ABSENT);
        return { app: after, created: !before };
      }),
    list: (request = {}, keep) =>
      page(table, { pk: lists.apps, index: "gsi1", descending: true }, request, (item) => parse(item)!, keep),
    remove: (app) => table.remove(keys.app(app)),
  };
}

function parse(item: Item | undefined): App | null {
  if (!item) return null;
  const { pk, sk, gsi1pk, gsi1sk, ...app } = item;
  return app as App;
}

// Releases never change. Registering the same content under the same version again answers the first one.
import type { Release } from "#core/domain/release.ts";
import { TuttiError } from "#core/errors.ts";
import { Conflict } from "./conflict.ts";
import { keys, lists } from "./keys.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import { ABSENT, type Item, type Table } from "./table.ts";

export type Releases = {
  get(app: string, version: string): Promise<Release | null>;
  /** Throws `version_exists` where the version has other content; `created` is false where it has this one. */
  create(release: Release): Promise<{ release: Release; created: boolean }>;
  list(app: string, request?: PageRequest): Promise<Page<Release>>;
  /** Forgets one; only when its app is deleted. */
  remove(app: string, version: string): Promise<void>;
};

export function releasesIn(table: Table): Releases {
  return {
    get: async (app, version) => parse(await table.get(keys.release(app, version))),
    create: (release) => create(table, release),
    list: (app, request = {}) =>
      page(
        table,
        { pk: lists.releases(app), index: "gsi1", descending: true },
        request,
        (item) => parse(item)!,
      ),
    remove: (app, version) => table.remove(keys.release(app, version)),
  };
}

async function create(table: Table, release: Release) {
  const { app, version, id } = release;
  try {
    await table.put({ ...release, ...keys.release(app, version), ...keys.releaseLists(app, id) }, ABSENT);
    return { release, created: true };
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    const there = parse(error.current as Item)!;
    if (sameContent(there, release)) return { release: there, created: false };
    const detail = `${app} ${version} was registered on ${there.createdAt} with another artifact; choose a new version.`;
    throw new TuttiError("version_exists", detail, { cause: error });
  }
}

function sameContent(a: Release, b: Release): boolean {
  if (a.artifact.image || b.artifact.image) return a.artifact.image === b.artifact.image;
  return a.artifact.sha256 !== undefined && a.artifact.sha256 === b.artifact.sha256;
}

function parse(item: Item | undefined): Release | null {
  if (!item) return null;
  const { pk, sk, gsi1pk, gsi1sk, ...release } = item;
  return release as Release;
}

// Issuers of OIDC tokens; the whole list is small, and read with each call that brings such a token.
import type { OidcIssuer } from "#core/domain/oidc-issuer.ts";
import { keys, lists } from "./keys.ts";
import { everything, type Page, type PageRequest, page } from "./page.ts";
import { sortedPage } from "./sorted-page.ts";
import type { Item, Table } from "./table.ts";

/** So that one read has them all. */
export const MOST_OIDC_ISSUERS = 100;

export type OidcIssuers = {
  get(name: string): Promise<OidcIssuer | null>;
  put(issuer: OidcIssuer): Promise<void>;
  /** Newest first. */
  list(request?: PageRequest): Promise<Page<OidcIssuer>>;
  /** Every one, by name. */
  all(): Promise<OidcIssuer[]>;
  /** Those with this `iss`. */
  byUrl(url: string): Promise<OidcIssuer[]>;
  remove(name: string): Promise<void>;
};

export function oidcIssuersIn(table: Table): OidcIssuers {
  const all = () =>
    everything((request) => page(table, { pk: lists.oidcIssuers }, request, (item) => parse(item)!));
  return {
    get: async (name) => parse(await table.get(keys.oidcIssuer(name))),
    put: (issuer) => table.put({ ...issuer, ...keys.oidcIssuer(issuer.name) }),
    all,
    list: async (request = {}) =>
      sortedPage(
        { list: lists.oidcIssuers, all: await all(), at: (one) => one.createdAt, name: (one) => one.name },
        request,
      ),
    byUrl: async (url) => (await all()).filter((one) => one.issuer === url),
    remove: (name) => table.remove(keys.oidcIssuer(name)),
  };
}

function parse(item: Item | undefined): OidcIssuer | null {
  if (!item) return null;
  const { pk, sk, ...issuer } = item;
  return issuer as OidcIssuer;
}

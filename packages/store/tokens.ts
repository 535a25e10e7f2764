// Tokens. One that was revoked or has expired stays in the list for 90 days, so that audit lines still have a name for it.
import type { Token } from "#core/domain/token.ts";
import { TuttiError } from "#core/errors.ts";
import { keys, lists } from "./keys.ts";
import { type Page, type PageRequest, page } from "./page.ts";
import { type Pause, retryingStaleWrites } from "./retrying.ts";
import { ABSENT, atRevision, type Item, type Table } from "./table.ts";

const ENDED_KEPT_SECONDS = 90 * 86_400;

export type Tokens = {
  get(id: string): Promise<Token | null>;
  create(token: Omit<Token, "revision">): Promise<Token>;
  list(request?: PageRequest, keep?: (token: Token) => boolean): Promise<Page<Token>>;
  /** Once revoked it stays so; asked again it answers the same. Throws `not_found`. */
  revoke(id: string, at: string): Promise<Token>;
  /** Notes a use. Throws `stale_write` where somebody else wrote since `token` was read: a use is not worth another try. */
  touch(token: Token, at: string): Promise<void>;
};

export function tokensIn(table: Table, pause: Pause): Tokens {
  const get = async (id: string) => parse(await table.get(keys.token(id)));
  return {
    get,
    create: async (token) => {
      const first = { ...token, revision: 1 };
      await table.put(itemOf(first), ABSENT);
      return first;
    },
    list: (request = {}, keep) =>
      page(table, { pk: lists.tokens, descending: true }, request, (item) => parse(item)!, keep),
    revoke: (id, at) =>
      retryingStaleWrites(pause, async () => {
        const before = (await get(id)) ?? missing(id);
        if (before.revokedAt !== null) return before;
        return change(table, before, { revokedAt: at });
      }),
    touch: async (token, at) => void (await change(table, token, { lastUsedAt: at })),
  };
}

async function change(table: Table, before: Token, changed: Partial<Token>): Promise<Token> {
  const after = { ...before, ...changed, revision: before.revision + 1 };
  await table.put(itemOf(after), atRevision(before.revision));
  return after;
}

function itemOf(token: Token) {
  const end = token.revokedAt ?? token.expiresAt;
  const ttl = end === null ? {} : { ttl: Math.floor(Date.parse(end) / 1000) + ENDED_KEPT_SECONDS };
  return { ...token, ...ttl, ...keys.token(token.id) };
}

function parse(item: Item | undefined): Token | null {
  if (!item) return null;
  const { pk, sk, ttl, ...token } = item;
  return token as Token;
}

function missing(id: string): never {
  throw new TuttiError("not_found", `There is no token ${id}.`);
}

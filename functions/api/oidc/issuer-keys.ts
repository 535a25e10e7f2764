// The keys that issuers sign with, kept per instance of the function. Keys are asked for again when they are ten minutes
// old or a token names one that is not among them, at most once in thirty seconds, so that nobody can make us hammer an
// issuer. While an issuer is down, the last good keys serve for six hours.
import type { JSONWebKeySet, JWTVerifyGetKey } from "jose";
import type { Clock } from "#core/clock.ts";
import { TuttiError } from "#core/errors.ts";
import type { Log } from "#engine/deps.ts";
import type { IssuerDocuments } from "#functions/deps/issuer-documents.ts";

const FRESH_MS = 10 * 60_000;
const KEPT_MS = 6 * 3_600_000;
const COOL_DOWN_MS = 30_000;

type Deps = { documents: IssuerDocuments; clock: Clock; log: Log };

type Entry = {
  keys: JWTVerifyGetKey | null;
  fetchedAtMs: number;
  triedAtMs: number;
  trying: Promise<void> | null;
};

export type IssuerKeys = {
  objection: IssuerDocuments["objection"];
  /** The keys as known. Throws `unreachable` where there are none, or only too old ones. */
  current(issuer: string): Promise<JWTVerifyGetKey>;
  /** Newer keys than those, for a token that none of them fits; `null` where there are none, or it is too soon to ask. */
  newer(issuer: string, than: JWTVerifyGetKey): Promise<JWTVerifyGetKey | null>;
};

export function issuerKeys(deps: Deps): IssuerKeys {
  const known = new Map<string, Entry>();
  const entryOf = (issuer: string) => {
    const entry = known.get(issuer) ?? { keys: null, fetchedAtMs: 0, triedAtMs: 0, trying: null };
    known.set(issuer, entry);
    return entry;
  };
  return {
    objection: deps.documents.objection,
    current: async (issuer) => {
      const entry = entryOf(issuer);
      if (deps.clock.now() - entry.fetchedAtMs >= FRESH_MS) await refresh(deps, issuer, entry);
      if (entry.keys && deps.clock.now() - entry.fetchedAtMs < KEPT_MS) return entry.keys;
      throw new TuttiError("unreachable", `The keys of ${issuer} cannot be read at the moment.`);
    },
    newer: async (issuer, than) => {
      const entry = entryOf(issuer);
      if (entry.keys === than) await refresh(deps, issuer, entry);
      return entry.keys === than ? null : entry.keys;
    },
  };
}

/** Calls at the same time wait for one and the same answer. */
async function refresh(deps: Deps, issuer: string, entry: Entry): Promise<void> {
  if (entry.trying) return entry.trying;
  if (deps.clock.now() - entry.triedAtMs < COOL_DOWN_MS) return;
  entry.triedAtMs = deps.clock.now();
  entry.trying = fetchKeys(deps, issuer)
    .then((keys) => {
      entry.keys = keys;
      entry.fetchedAtMs = deps.clock.now();
    })
    .catch((error: unknown) => deps.log.warn("the keys of an issuer could not be read", { issuer, error }))
    .finally(() => {
      entry.trying = null;
    });
  return entry.trying;
}

/** OpenID Connect Discovery 1.0, sections 4.1 to 4.3: what is found there must name the very same issuer. */
async function fetchKeys({ documents }: Deps, issuer: string): Promise<JWTVerifyGetKey> {
  const discovery = await documents.fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const { issuer: named, jwks_uri: uri } = (discovery ?? {}) as Record<string, unknown>;
  if (named !== issuer) throw new Error(`the discovery document of ${issuer} is of ${String(named)}`);
  if (typeof uri !== "string") throw new Error(`the discovery document of ${issuer} has no jwks_uri`);
  const keys = (await documents.fetch(uri)) as JSONWebKeySet;
  const { createLocalJWKSet } = await import("jose");
  return createLocalJWKSet(keys);
}

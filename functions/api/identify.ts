// Whose token this is: the installation's own admin token, whose hash is in the environment, one from the store, or one
// of an OIDC issuer.
// Nothing is remembered between calls, so that a revoked token is refused by the very next one.
import { instant } from "#core/clock.ts";
import { EVERYWHERE } from "#core/domain/access.ts";
import type { Token } from "#core/domain/token.ts";
import { TuttiError } from "#core/errors.ts";
import type { Identity } from "./caller.ts";
import type { ApiDeps } from "./deps.ts";
import { parseSecret, sameHash } from "./secret-text.ts";
import { sha256Hex } from "./sha256.ts";

type Deps = Pick<ApiDeps, "store" | "clock" | "log" | "adminTokenSha256" | "issuerKeys">;

/** A use is noted at most once a minute. */
const TOUCH_MS = 60_000;
/** What an unknown token is compared with, so that it takes as long as a known one. */
const NO_HASH = sha256Hex("no token has this secret");

const ADMIN: Identity = { id: "tok_admin", name: "admin", role: "admin", scope: EVERYWHERE, expiresAt: null };

/** Throws `unauthenticated`, saying no more than a stranger may know; of an OIDC token also `forbidden` and `unreachable`. */
export async function identify(deps: Deps, authorization: string | undefined): Promise<Identity> {
  const bearer = bearerOf(authorization);
  if (bearer === null) throw refused("Send `Authorization: Bearer <token>` with a valid token.");
  if (sameHash(sha256Hex(bearer), deps.adminTokenSha256)) return ADMIN;
  if (looksLikeJwt(bearer)) {
    // Read when the first such token comes: a cold start has no need of what verifies it.
    const { identifyJwt } = await import("./oidc/identify-jwt.ts");
    return identifyJwt(deps, bearer);
  }
  return identityOf(await validToken(deps, bearer));
}

function looksLikeJwt(bearer: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(bearer);
}

export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer +([\x21-\x7e]{1,8192})$/i.exec(authorization ?? "")?.[1] ?? null;
}

async function validToken(deps: Deps, bearer: string): Promise<Token> {
  const written = parseSecret(bearer);
  const token = written && (await deps.store.tokens.get(written.id));
  const proven = sameHash(sha256Hex(written?.secret ?? ""), token?.secretSha256 ?? NO_HASH);
  if (!token || !proven) throw refused("This token is not known; send a valid one.");
  const extra = { token: token.id };
  if (token.revokedAt !== null) throw refused("This token was revoked.", extra);
  if (token.expiresAt !== null && Date.parse(token.expiresAt) <= deps.clock.now())
    throw refused(`This token expired on ${token.expiresAt}.`, extra);
  await noteUse(deps, token);
  return token;
}

/** Of two uses at once one is noted; a use that cannot be noted takes nothing from the call. */
async function noteUse({ store, clock, log }: Deps, token: Token): Promise<void> {
  const lastMs = token.lastUsedAt === null ? 0 : Date.parse(token.lastUsedAt);
  if (clock.now() - lastMs < TOUCH_MS) return;
  await store.tokens.touch(token, instant(clock.now())).catch((error: unknown) => {
    const overtaken = error instanceof TuttiError && error.code === "stale_write";
    if (!overtaken) log.warn("the use of a token was not noted", { token: token.id, error });
  });
}

function identityOf({ id, name, role, scope, expiresAt }: Token): Identity {
  return { id, name, role, scope, expiresAt };
}

/** `extra` goes to whoever has proven to hold the token, and into the audit. */
function refused(detail: string, extra: { token?: string } = {}): TuttiError {
  return new TuttiError("unauthenticated", detail, { extra });
}

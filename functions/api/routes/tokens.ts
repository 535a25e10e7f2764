// Tokens: made, listed, revoked. Only admins come here, and an admin with limits makes and revokes only what lies within.
import * as z from "zod";
import { instant } from "#core/clock.ts";
import { covers, EVERYWHERE, type Scope } from "#core/domain/access.ts";
import type { Token } from "#core/domain/token.ts";
import { TuttiError } from "#core/errors.ts";
import type { Caller } from "../caller.ts";
import { reply, route } from "../route.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";
import { newTokenView, type TokenView, tokenBody, tokenView } from "../schemas/token.ts";
import { newSecret } from "../secret-text.ts";
import { refusal } from "../validate.ts";

export const createToken = route(
  "POST /v1/tokens",
  {
    permission: "admin",
    reach: "nothing",
    tag: "tokens",
    summary: "Make a token; its secret is shown in this answer and never again",
    body: tokenBody,
    answers: { 201: newTokenView },
    kept: (body) => ({ ...(body as object), secret: null }),
  },
  async ({ body, caller, deps }) => {
    const scope = body.scope ?? EVERYWHERE;
    assertCovers(caller, scope);
    const nowMs = deps.clock.now();
    const id = deps.ids("tok");
    const { text, secretSha256 } = newSecret(id);
    const token = await deps.store.tokens.create({
      id,
      name: body.name,
      role: body.role,
      scope,
      secretSha256,
      createdAt: instant(nowMs),
      createdBy: caller.name,
      expiresAt: endOf(body, nowMs),
      lastUsedAt: null,
      revokedAt: null,
    });
    return reply(201, { ...viewOf(token), secret: text });
  },
);

export const listTokens = route(
  "GET /v1/tokens",
  {
    permission: "admin",
    reach: "nothing",
    tag: "tokens",
    summary: "List tokens, newest first; never a secret",
    query: pageQuery,
    answers: { 200: pageOf(tokenView) },
  },
  async ({ query, caller, deps }) => {
    const page = await deps.store.tokens.list(query, (token) => covers(caller.scope, token.scope));
    return reply(200, { ...page, items: page.items.map(viewOf) });
  },
);

export const revokeToken = route(
  "DELETE /v1/tokens/{id}",
  {
    permission: "admin",
    reach: "nothing",
    tag: "tokens",
    summary: "Revoke a token: the next call with it is refused",
    params: z.object({ id: z.string().min(1).max(100) }),
    answers: { 204: z.undefined() },
  },
  async ({ params, caller, deps }) => {
    const token = await deps.store.tokens.get(params.id);
    if (!token) throw new TuttiError("not_found", `There is no token ${params.id}.`);
    assertCovers(caller, token.scope);
    await deps.store.tokens.revoke(params.id, instant(deps.clock.now()));
    return reply(204, undefined);
  },
);

function assertCovers({ scope }: Caller, wanted: Scope): void {
  if (covers(scope, wanted)) return;
  const reached = `apps ${scope.apps.join(", ")}; environments ${scope.environments.join(", ")}`;
  throw new TuttiError("forbidden", `That is more than your own token reaches: ${reached}.`);
}

type Ending = { expiresAt?: string | undefined; expiresInSeconds?: number | undefined };

function endOf({ expiresAt, expiresInSeconds }: Ending, nowMs: number): string | null {
  if (expiresInSeconds !== undefined) return instant(nowMs + expiresInSeconds * 1000);
  if (expiresAt === undefined) return null;
  if (Date.parse(expiresAt) > nowMs) return instant(Date.parse(expiresAt));
  throw refusal([{ path: "expiresAt", message: `is over already; it is ${instant(nowMs)}` }]);
}

function viewOf({ id, name, role, scope, createdAt, createdBy, ...rest }: Token): TokenView {
  const { expiresAt, lastUsedAt, revokedAt } = rest;
  const revoked = revokedAt !== null;
  return { id, name, role, scope, createdAt, createdBy, expiresAt, lastUsedAt, revoked, revokedAt };
}

// Issuers of OIDC tokens: whose word counts, and for what.
import * as z from "zod";
import { instant } from "#core/clock.ts";
import { EVERYWHERE } from "#core/domain/access.ts";
import type { OidcIssuer } from "#core/domain/oidc-issuer.ts";
import { TuttiError } from "#core/errors.ts";
import { MOST_OIDC_ISSUERS } from "#store/oidc-issuers.ts";
import type { ApiDeps } from "../deps.ts";
import { reply, route } from "../route.ts";
import { oidcIssuerBody, oidcIssuerParams, oidcIssuerView } from "../schemas/oidc-issuer.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";
import { refusal } from "../validate.ts";

const admin = { permission: "admin", reach: "everything", tag: "tokens" } as const;

export const putOidcIssuer = route(
  "PUT /v1/oidc-issuers/{name}",
  {
    ...admin,
    summary: "Let tokens of an OIDC issuer in (201), or change what they may do (200)",
    params: oidcIssuerParams,
    body: oidcIssuerBody,
    answers: { 200: oidcIssuerView, 201: oidcIssuerView },
  },
  async ({ params: { name }, body, caller, deps }) => {
    const objection = deps.issuerKeys.objection(body.issuer);
    if (objection !== null) throw refusal([{ path: "issuer", message: objection }]);
    const before = await deps.store.oidcIssuers.get(name);
    if (!before) await assertRoom(deps);
    const updatedAt = instant(deps.clock.now());
    const issuer: OidcIssuer = {
      name,
      issuer: body.issuer,
      audience: body.audience,
      rules: body.rules.map(({ claims, role, scope = EVERYWHERE }) => ({ claims, role, scope })),
      createdAt: before?.createdAt ?? updatedAt,
      updatedAt,
      updatedBy: caller.name,
    };
    await deps.store.oidcIssuers.put(issuer);
    return reply(before ? 200 : 201, issuer);
  },
);

export const listOidcIssuers = route(
  "GET /v1/oidc-issuers",
  {
    ...admin,
    summary: "List the OIDC issuers whose tokens are let in, newest first",
    query: pageQuery,
    answers: { 200: pageOf(oidcIssuerView) },
  },
  async ({ query, deps }) => reply(200, await deps.store.oidcIssuers.list(query)),
);

export const deleteOidcIssuer = route(
  "DELETE /v1/oidc-issuers/{name}",
  {
    ...admin,
    summary: "Let tokens of an issuer in no more: the next call with one is refused",
    params: oidcIssuerParams,
    answers: { 204: z.undefined() },
  },
  async ({ params: { name }, deps }) => {
    if (!(await deps.store.oidcIssuers.get(name)))
      throw new TuttiError("not_found", `There is no issuer ${name}.`);
    await deps.store.oidcIssuers.remove(name);
    return reply(204, undefined);
  },
);

async function assertRoom({ store }: Pick<ApiDeps, "store">): Promise<void> {
  const there = await store.oidcIssuers.all();
  if (there.length >= MOST_OIDC_ISSUERS)
    throw new TuttiError("conflict", `There are ${MOST_OIDC_ISSUERS} issuers already; delete one first.`);
}

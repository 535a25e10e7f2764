// Finds out who calls, before anything of the call is parsed. Under /v1 nobody gets further without a valid token.
import type { MiddlewareHandler } from "hono";
import { TuttiError } from "#core/errors.ts";
import { type Caller, identify } from "./caller.ts";
import type { ApiDeps } from "./deps.ts";
import { type ApiEnv, sourceIpOf } from "./pipeline.ts";

export function authenticate(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const identity = identify(c.req.header("authorization"), deps.adminTokenSha256);
    if (!identity)
      throw new TuttiError("unauthenticated", "Send `Authorization: Bearer <token>` with a valid token.");
    c.set("caller", {
      ...identity,
      sourceIp: sourceIpOf(c),
      client: clientOf(c.req.header("x-tutti-client")),
    });
    await next();
  };
}

function clientOf(header: string | undefined): Caller["client"] {
  return header === "cli" || header === "console" ? header : "api";
}

// Finds out who calls, before anything of the call is parsed. Under /v1 nobody gets further without a valid token.
import type { MiddlewareHandler } from "hono";
import { TuttiError } from "#core/errors.ts";
import type { Caller } from "./caller.ts";
import type { ApiDeps } from "./deps.ts";
import { identify } from "./identify.ts";
import { type ApiEnv, sourceIpOf } from "./pipeline.ts";

export function authenticate(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const authorization = c.req.header("authorization");
    const identity = await identify(deps, authorization).catch((error: unknown) => {
      if (error instanceof TuttiError && typeof error.extra.token === "string")
        c.set("endedToken", error.extra.token);
      throw error;
    });
    c.set("caller", {
      ...identity,
      sourceIp: sourceIpOf(c),
      client: clientOf(c.req.header("x-tutti-client")),
      recheck: async () => void (await identify(deps, authorization)),
    });
    await next();
  };
}

function clientOf(header: string | undefined): Caller["client"] {
  return header === "cli" || header === "console" ? header : "api";
}

// Finds out who calls, before anything of the call is parsed. Under /v1 nobody gets further without a valid token, nor
// with one that has called too often. Whoever tries wrong tokens too often is told so; a valid one from the same
// address is not disturbed.
import type { Context, MiddlewareHandler } from "hono";
import { TuttiError } from "#core/errors.ts";
import type { Caller, Identity } from "./caller.ts";
import type { ApiDeps } from "./deps.ts";
import { bearerOf, identify } from "./identify.ts";
import { type ApiEnv, sourceIpOf } from "./pipeline.ts";
import { type Admit, rateLimiter } from "./rate-limit.ts";

export function authenticate(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  const admit = rateLimiter(deps);
  return async (c, next) => {
    // A signature has proven it already.
    if (c.get("caller")) return next();
    const authorization = c.req.header("authorization");
    const identity = await proven(c, deps, admit);
    c.set("caller", {
      ...identity,
      sourceIp: sourceIpOf(c),
      client: clientOf(c.req.header("x-tutti-client")),
      recheck: async () => void (await identify(deps, authorization)),
    });
    await admit("calls", identity.id);
    await next();
  };
}

async function proven(c: Context<ApiEnv>, deps: ApiDeps, admit: Admit): Promise<Identity> {
  const authorization = c.req.header("authorization");
  try {
    return await identify(deps, authorization);
  } catch (error) {
    if (error instanceof TuttiError && typeof error.extra.token === "string")
      c.set("endedToken", error.extra.token);
    if (bearerOf(authorization) !== null && isRefusal(error)) await admit("failures", sourceIpOf(c));
    throw error;
  }
}

/** An issuer that is down is not its caller's fault. */
function isRefusal(error: unknown): boolean {
  return error instanceof TuttiError && (error.code === "unauthenticated" || error.code === "forbidden");
}

function clientOf(header: string | undefined): Caller["client"] {
  return header === "cli" || header === "console" ? header : "api";
}

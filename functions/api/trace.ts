// Which trace a call belongs to: its caller's `traceparent`, else one that begins here. The answer names it, what the call
// starts carries it on, and so does the log.
import type { MiddlewareHandler } from "hono";
import { parseTraceparent, traceparentOf } from "#core/domain/trace.ts";
import { randomHex } from "#functions/deps/random-hex.ts";
import type { ApiDeps } from "./deps.ts";
import type { ApiEnv } from "./pipeline.ts";

export function trace(deps: Pick<ApiDeps, "newTraceId">): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const told = parseTraceparent(c.req.header("traceparent"));
    const own = told ?? { traceId: deps.newTraceId(), flags: "00" };
    c.set("traceId", own.traceId);
    await next();
    c.res.headers.set("traceparent", traceparentOf(own, randomHex(8)));
  };
}

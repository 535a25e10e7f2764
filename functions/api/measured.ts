// Counts calls, refusals and time for the operator's dashboard. Which route it was, who called and why it was refused go along as
// text, for CloudWatch Logs Insights.
import type { MiddlewareHandler } from "hono";
import type { ApiDeps } from "./deps.ts";
import type { ApiEnv } from "./pipeline.ts";

export function measured({
  measures,
  clock,
}: Pick<ApiDeps, "measures" | "clock">): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const startedMs = clock.now();
    await next();
    const { status } = c.res;
    // A call that asks to wait says nothing of how quick the API is.
    const waits = c.req.query("waitSeconds") !== undefined;
    measures?.put({
      values: {
        ApiRequests: 1,
        ApiRefusals: status >= 400 && status < 500 ? 1 : 0,
        ...(waits ? {} : { ApiMilliseconds: clock.now() - startedMs }),
      },
      about: {
        method: c.req.method,
        route: c.get("route"),
        status,
        code: c.get("code"),
        role: c.get("caller")?.role,
        traceId: c.get("traceId"),
      },
    });
  };
}

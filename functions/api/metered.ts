// What a call that changes something takes of this function stands in the receipt of what it writes: the deployment or the train.
// A function's environment answers one call at a time. Calls that only look are in nobody's receipt.
import type { MiddlewareHandler } from "hono";
import type { ApiDeps } from "./deps.ts";
import type { ApiEnv } from "./pipeline.ts";

export function metered({ meter }: Pick<ApiDeps, "meter">): MiddlewareHandler<ApiEnv> {
  return (c, next) => (meter && c.req.method !== "GET" ? meter.alone(next) : next());
}

// Every mutating call leaves a line, the refused ones too: who, when, from where, what, with what result. Reading
// leaves none. A line that cannot be written is logged loudly and does not take the answer away.
import type { Context, MiddlewareHandler } from "hono";
import { instant } from "#core/clock.ts";
import { outcomeOf } from "#core/domain/audit-entry.ts";
import type { ApiDeps } from "./deps.ts";
import { type ApiEnv, sourceIpOf } from "./pipeline.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const LONGEST_PATH = 300;

export function audit(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (SAFE_METHODS.has(c.req.method)) return;
    const code = c.get("code");
    const caller = c.get("caller");
    const { app, environment } = c.get("about") ?? {};
    const entry = {
      id: deps.ids("aud"),
      at: instant(deps.clock.now()),
      actor: caller?.name ?? "anonymous",
      actorId: caller?.id ?? c.get("endedToken") ?? "anonymous",
      sourceIp: sourceIpOf(c),
      method: c.req.method,
      path: pathOf(c.req).slice(0, LONGEST_PATH),
      status: c.res.status,
      outcome: outcomeOf(c.res.status),
      ...(code === undefined ? {} : { code }),
      ...(app === undefined ? {} : { app }),
      ...(environment === undefined ? {} : { environment }),
    };
    await deps.store.audit
      .append(entry)
      .catch((error: unknown) => deps.log.error("an audit line was lost", { entry, error }));
  };
}

/** What is asked for beside the path is told where it decides what goes: disks, what runs. */
function pathOf({ method, path, url }: Context["req"]): string {
  return method === "DELETE" ? `${path}${new URL(url).search}` : path;
}

// The API as one Hono app, made of what is handed in: headers and audit around everything, a token before anything
// under /v1, then the routes, and problem documents for whatever goes wrong.
import { type Context, Hono } from "hono";
import { type ErrorCode, TuttiError } from "#core/errors.ts";
import { audit } from "./audit.ts";
import { authenticate } from "./authenticate.ts";
import type { ApiDeps } from "./deps.ts";
import { mountDocs } from "./docs-page.ts";
import { SIGNED_PATH, signedCall } from "./hooks/signed-call.ts";
import { measured } from "./measured.ts";
import { metered } from "./metered.ts";
import { type ApiEnv, mount } from "./pipeline.ts";
import { asTuttiError, problemResponse } from "./problem.ts";
import { rateHeaders } from "./rate-limit.ts";
import { assertDeclared } from "./reach.ts";
import { methodOf, pathOf, type Route } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { securityHeaders } from "./security-headers.ts";
import { trace } from "./trace.ts";
import { mountWeb } from "./web.ts";

export function createApp(deps: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const routes = ROUTES as readonly Route[];
  assertDeclared(routes);
  app.use("*", securityHeaders);
  app.use("*", trace(deps));
  app.use("/v1/*", metered(deps));
  app.use("/v1/*", measured(deps));
  app.use("*", audit(deps));
  app.use(SIGNED_PATH, signedCall(deps));
  app.use("/v1/*", authenticate(deps));
  for (const route of routes) mount(app, route, deps);
  mountDescriptions(app, routes);
  mountDocs(app);
  mountWeb(app, deps.webFolder);
  app.notFound((c) => unknownPath(c, routes));
  app.onError((thrown, c) => {
    const error = asTuttiError(thrown);
    if (error.code === "internal")
      deps.log.error("a call failed", {
        method: c.req.method,
        path: c.req.path,
        traceId: c.get("traceId"),
        error: thrown,
      });
    return refuse(c, error);
  });
  return app;
}

/** What makes them is read when one is asked for: a cold start has no need of it. */
function mountDescriptions(app: Hono<ApiEnv>, routes: readonly Route[]): void {
  let document: string | undefined;
  app.get("/openapi.json", async () => {
    const { describe } = await import("./openapi.ts");
    document ??= JSON.stringify(describe(routes));
    return json(document, "application/json");
  });
  app.get("/schema/tutti.json", async () => {
    const { jsonSchema } = await import("#core/manifest/json-schema.ts");
    return json(JSON.stringify(jsonSchema()), "application/schema+json");
  });
  app.get("/schema/notice.json", async () => {
    const { noticeSchema } = await import("./schemas/notice.ts");
    return json(JSON.stringify(noticeSchema()), "application/schema+json");
  });
}

function json(text: string, type: string): Response {
  return new Response(text, { headers: { "content-type": type, "cache-control": "no-cache" } });
}

/** A path that exists with other methods says which; any other is not there. */
function unknownPath(c: Context<ApiEnv>, routes: readonly Route[]): Response {
  const methods = [...new Set([...methodsOf(c.req.path, routes), ...staticMethods(c.req.path)])];
  if (methods.length === 0 || methods.includes(c.req.method))
    return refuse(c, new TuttiError("not_found", `There is nothing at ${c.req.path.slice(0, 200)}.`));
  const allow = methods.join(", ");
  return refuse(c, new TuttiError("method_not_allowed", `This path takes ${allow}.`), { allow });
}

function methodsOf(path: string, routes: readonly Route[]): string[] {
  return routes
    .filter((route) => new RegExp(`^${pathOf(route.key).replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path))
    .flatMap((route) => (methodOf(route.key) === "GET" ? ["GET", "HEAD"] : [methodOf(route.key)]));
}

const STATIC_PATHS = [
  "/",
  "/docs",
  "/docs/docs.js",
  "/docs/docs.css",
  "/openapi.json",
  "/schema/tutti.json",
  "/schema/notice.json",
];

function staticMethods(path: string): string[] {
  return STATIC_PATHS.includes(path) || path.startsWith("/assets/") ? ["GET", "HEAD"] : [];
}

function refuse(c: Context<ApiEnv>, error: TuttiError, headers: Record<string, string> = {}): Response {
  c.set("code", error.code satisfies ErrorCode);
  return problemResponse(error, { ...rateHeaders(error), ...headers });
}

// The everyday operations by name: `client.apps.get("storefront")`. Thin on purpose: each line is one operation.
import type { Caller, CallOptions } from "./client.ts";
import type { Input } from "./operations.ts";
import type { Action, DeploymentView, PlanView, TrainPlanView, TrainView } from "./views.ts";

type Page = { limit?: number; cursor?: string };
type Where = { app?: string; environment?: string };
type Request = Input<"POST /v1/apps/{app}/deployments">["body"];
type Rollback = Input<"POST /v1/apps/{app}/rollback">["body"];

export function resources(call: Caller) {
  return {
    me: () => call("GET /v1/me", {}),
    changes: (query: Input<"GET /v1/changes">["query"], options?: CallOptions) =>
      call("GET /v1/changes", { query }, options),
    environments: {
      list: (query?: Page) => call("GET /v1/environments", { query }),
      doctor: (env: string) => call("GET /v1/environments/{env}/doctor", { params: { env } }),
      put: (env: string, body: Input<"PUT /v1/environments/{env}">["body"]) =>
        call("PUT /v1/environments/{env}", { params: { env }, body }),
      badHosts: (env: string, query?: Page) =>
        call("GET /v1/environments/{env}/bad-hosts", { params: { env }, query }),
      markHost: (env: string, place: { pool: string; host: string }, why: string) =>
        call("PUT /v1/environments/{env}/bad-hosts/{pool}/{host}", {
          params: { env, ...place },
          body: { why },
        }),
      clearHost: (env: string, place: { pool: string; host: string }) =>
        call("DELETE /v1/environments/{env}/bad-hosts/{pool}/{host}", { params: { env, ...place } }),
    },
    apps: apps(call),
    releases: {
      list: (app: string, query?: Page) => call("GET /v1/apps/{app}/releases", { params: { app }, query }),
      create: (app: string, body: Input<"POST /v1/apps/{app}/releases">["body"]) =>
        call("POST /v1/apps/{app}/releases", { params: { app }, body }),
    },
    artifacts: {
      create: (app: string, file?: string) =>
        call("POST /v1/apps/{app}/artifacts", { params: { app }, body: file ? { file } : {} }),
    },
    images: {
      build: (app: string, body: Input<"POST /v1/apps/{app}/images">["body"]) =>
        call("POST /v1/apps/{app}/images", { params: { app }, body }),
      get: (
        app: string,
        id: string,
        query?: { waitSeconds?: number; afterPhase?: string },
        options?: CallOptions,
      ) => call("GET /v1/apps/{app}/images/{id}", { params: { app, id }, query }, options),
    },
    deployments: deployments(call),
    trains: trains(call),
    targets: targets(call),
    services: {
      list: (query?: Page & Where) => call("GET /v1/services", { query }),
      get: (app: string, env: string) => call("GET /v1/services/{app}/{env}", { params: { app, env } }),
    },
    healingRuns: { list: (query?: Page & Where) => call("GET /v1/healing-runs", { query }) },
    notifications: {
      list: (query?: Input<"GET /v1/notifications">["query"]) => call("GET /v1/notifications", { query }),
    },
    tokens: {
      list: (query?: Page) => call("GET /v1/tokens", { query }),
      create: (body: Input<"POST /v1/tokens">["body"], options?: CallOptions) =>
        call("POST /v1/tokens", { body }, options),
      revoke: (id: string) => call("DELETE /v1/tokens/{id}", { params: { id } }),
    },
    audit: { list: (query?: Page) => call("GET /v1/audit", { query }) },
  };
}

function apps(call: Caller) {
  return {
    list: (query?: Page) => call("GET /v1/apps", { query }),
    get: (app: string) => call("GET /v1/apps/{app}", { params: { app } }),
    put: (app: string, manifest: Record<string, unknown>) =>
      call("PUT /v1/apps/{app}", { params: { app }, body: manifest }),
    remove: (app: string, query?: { force?: boolean; volumes?: "keep" | "delete" }) =>
      call("DELETE /v1/apps/{app}", { params: { app }, query }),
  };
}

function deployments(call: Caller) {
  const create = (app: string, body: Request, options?: CallOptions) =>
    call("POST /v1/apps/{app}/deployments", { params: { app }, body }, options);
  const rollback = (app: string, body: Rollback, options?: CallOptions) =>
    call("POST /v1/apps/{app}/rollback", { params: { app }, body }, options);
  return {
    create: (app: string, body: Omit<Request, "dryRun">, options?: CallOptions) =>
      create(app, { ...body, dryRun: false }, options) as Promise<DeploymentView>,
    plan: (app: string, body: Omit<Request, "dryRun">) =>
      create(app, { ...body, dryRun: true }) as Promise<PlanView>,
    rollback: (app: string, body: Omit<Rollback, "dryRun">, options?: CallOptions) =>
      rollback(app, { ...body, dryRun: false }, options) as Promise<DeploymentView>,
    planRollback: (app: string, body: Omit<Rollback, "dryRun">) =>
      rollback(app, { ...body, dryRun: true }) as Promise<PlanView>,
    list: (query?: Page & Where & { status?: string }) => call("GET /v1/deployments", { query }),
    get: (id: string, query?: { waitSeconds?: number; afterRevision?: number }, options?: CallOptions) =>
      call("GET /v1/deployments/{id}", { params: { id }, query }, options),
    events: (id: string, query?: { after?: number; limit?: number }, options?: CallOptions) =>
      call("GET /v1/deployments/{id}/events", { params: { id }, query }, options),
    act: (id: string, action: Action, reason?: string) =>
      call("POST /v1/deployments/{id}/{action}", { params: { id, action }, body: reason ? { reason } : {} }),
  };
}

type TrainRequest = Input<"POST /v1/trains">["body"];

function trains(call: Caller) {
  return {
    create: (body: Omit<TrainRequest, "dryRun">, options?: CallOptions) =>
      call("POST /v1/trains", { body: { ...body, dryRun: false } }, options) as Promise<TrainView>,
    plan: (body: Omit<TrainRequest, "dryRun">) =>
      call("POST /v1/trains", { body: { ...body, dryRun: true } }) as Promise<TrainPlanView>,
    list: (query?: Page & { status?: string }) => call("GET /v1/trains", { query }),
    get: (id: string, query?: { waitSeconds?: number; afterRevision?: number }, options?: CallOptions) =>
      call("GET /v1/trains/{id}", { params: { id }, query }, options),
    abort: (id: string, reason?: string) =>
      call("POST /v1/trains/{id}/abort", { params: { id }, body: reason ? { reason } : {} }),
  };
}

function targets(call: Caller) {
  return {
    list: (query?: Page & Where) => call("GET /v1/targets", { query }),
    get: (app: string, env: string) => call("GET /v1/targets/{app}/{env}", { params: { app, env } }),
    restart: (app: string, env: string, body: Input<"POST /v1/targets/{app}/{env}/restart">["body"] = {}) =>
      call("POST /v1/targets/{app}/{env}/restart", { params: { app, env }, body }),
    scale: (app: string, env: string, replicas: number) =>
      call("POST /v1/targets/{app}/{env}/scale", { params: { app, env }, body: { replicas } }),
    heal: (app: string, env: string) => call("POST /v1/targets/{app}/{env}/heal", { params: { app, env } }),
  };
}

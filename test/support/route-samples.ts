// One call of every route, and how it ends for somebody who may make it. A route without a sample does not compile, so
// that the table of who may do what (functions/api/who-may.test.ts) has them all.
import type { ApiRoute } from "#functions/api/routes.ts";
import { POOL, SHOP } from "./a-shop.ts";
import { aTrain } from "./a-train.ts";
import type { TestApi } from "./api.ts";

export const INSIDE = { apps: ["shop", "doomed"], environments: ["prod"] };
export const OUTSIDE = { apps: ["other"], environments: ["dev"] };

export type Sample = {
  path: string;
  body?: unknown;
  /** For a caller without limits whose role holds the permission. */
  status: number;
  /** For one who is limited to INSIDE, where that is another. */
  inside?: number;
  /** For one who is limited to OUTSIDE, where the reach alone does not tell. */
  outside?: number;
  /** Made anew before each call. */
  before?(api: TestApi): Promise<unknown>;
};

export type Things = { deployment: string; token: string };

const DEAD_LETTER = {
  id: "dead_1",
  at: "2026-01-05T12:00:00.000Z",
  event: "deploy",
  payload: { id: "e1" },
  attempts: 3,
  error: "Error: the table is away",
  replayedAt: null,
  replayedBy: null,
} as const;

/** One that has ended. */
const TRAIN = aTrain({ id: "train_sample", status: "succeeded" });

const putTrain = async ({ store }: TestApi) =>
  (await store.trains.get(TRAIN.id)) ?? store.trains.create(TRAIN);

const clearHost = ({ store }: TestApi) => store.environments.changeBadHosts("prod", () => []);
const markHost = ({ store }: TestApi) =>
  store.environments.changeBadHosts("prod", () => [
    { pool: "web", host: "web-2", since: DEAD_LETTER.at, why: "it is ill", by: "tutti", provenSince: null },
  ]);

export function samplesOf({ deployment, token }: Things): Record<ApiRoute["key"], Sample> {
  const artifact = { uri: "s3://bucket/uploads/shop/v1/a.tar.gz" };
  const issuer = {
    issuer: "https://id.example.com",
    audience: "tutti",
    rules: [{ claims: { repository: "acme/*" }, role: "viewer" }],
  };
  const putIssuer = (api: TestApi) => api.call("PUT", "/v1/oidc-issuers/ci", issuer);
  const stop = { app: "shop", environment: "prod", version: "v1" };
  return {
    "GET /healthz": { path: "/healthz", status: 200 },
    "GET /v1/me": { path: "/v1/me", status: 200 },
    "GET /v1/changes": { path: "/v1/changes?of=targets,deployments", status: 200 },
    "GET /v1/environments": { path: "/v1/environments", status: 200 },
    // It concerns every app of the environment.
    "PUT /v1/environments/{env}": { path: "/v1/environments/prod", body: POOL, status: 200, inside: 403 },
    "GET /v1/environments/{env}/bad-hosts": { path: "/v1/environments/prod/bad-hosts", status: 200 },
    "PUT /v1/environments/{env}/bad-hosts/{pool}/{host}": {
      path: "/v1/environments/prod/bad-hosts/web/web-2",
      body: { why: "its disk is being replaced" },
      status: 201,
      inside: 403,
      before: clearHost,
    },
    "DELETE /v1/environments/{env}/bad-hosts/{pool}/{host}": {
      path: "/v1/environments/prod/bad-hosts/web/web-2",
      status: 204,
      inside: 403,
      before: markHost,
    },
    "GET /v1/environments/{env}/doctor": { path: "/v1/environments/prod/doctor", status: 200 },
    "GET /v1/apps": { path: "/v1/apps", status: 200 },
    "PUT /v1/apps/{app}": { path: "/v1/apps/shop", body: SHOP, status: 200 },
    "GET /v1/apps/{app}": { path: "/v1/apps/shop", status: 200 },
    "DELETE /v1/apps/{app}": {
      path: "/v1/apps/doomed",
      status: 204,
      before: (api) => api.call("PUT", "/v1/apps/doomed", { ...SHOP, app: "doomed" }),
    },
    "POST /v1/apps/{app}/artifacts": { path: "/v1/apps/shop/artifacts", body: {}, status: 201 },
    "POST /v1/apps/{app}/images": {
      path: "/v1/apps/shop/images",
      body: { version: "v1", source: artifact },
      status: 422,
    },
    "GET /v1/apps/{app}/images/{id}": { path: "/v1/apps/shop/images/img_none", status: 404 },
    "POST /v1/apps/{app}/releases": {
      path: "/v1/apps/shop/releases",
      body: { version: "v1", artifact },
      status: 200,
    },
    "GET /v1/apps/{app}/releases": { path: "/v1/apps/shop/releases", status: 200 },
    "POST /v1/apps/{app}/deployments": {
      path: "/v1/apps/shop/deployments",
      body: { environment: "prod", version: "v1", dryRun: true },
      status: 200,
    },
    "POST /v1/apps/{app}/rollback": {
      path: "/v1/apps/shop/rollback",
      body: { environment: "prod", version: "v1", dryRun: true },
      status: 200,
    },
    "GET /v1/deployments": { path: "/v1/deployments", status: 200 },
    "GET /v1/deployments/{id}": { path: `/v1/deployments/${deployment}`, status: 200 },
    "GET /v1/deployments/{id}/events": { path: `/v1/deployments/${deployment}/events`, status: 200 },
    "POST /v1/deployments/{id}/{action}": { path: `/v1/deployments/${deployment}/resume`, status: 409 },
    "GET /v1/targets": { path: "/v1/targets", status: 200 },
    "GET /v1/targets/{app}/{env}": { path: "/v1/targets/shop/prod", status: 200 },
    "GET /v1/targets/{app}/{env}/history": { path: "/v1/targets/shop/prod/history", status: 200 },
    "POST /v1/targets/{app}/{env}/scale": {
      path: "/v1/targets/shop/prod/scale",
      body: { replicas: 2 },
      status: 409,
    },
    "POST /v1/targets/{app}/{env}/restart": { path: "/v1/targets/shop/prod/restart", status: 409 },
    "POST /v1/targets/{app}/{env}/heal": { path: "/v1/targets/shop/prod/heal", status: 200 },
    "GET /v1/healing-runs": { path: "/v1/healing-runs", status: 200 },
    "GET /v1/services": { path: "/v1/services", status: 200 },
    "GET /v1/services/{app}/{env}": { path: "/v1/services/shop/prod", status: 200 },
    "GET /v1/audit": { path: "/v1/audit", status: 200 },
    // Never more than the maker's own token reaches.
    "POST /v1/tokens": {
      path: "/v1/tokens",
      body: { name: "x", role: "viewer", scope: INSIDE },
      status: 201,
      outside: 403,
    },
    "GET /v1/tokens": { path: "/v1/tokens", status: 200 },
    "DELETE /v1/tokens/{id}": { path: `/v1/tokens/${token}`, status: 204, outside: 403 },
    "PUT /v1/oidc-issuers/{name}": {
      path: "/v1/oidc-issuers/ci",
      body: issuer,
      status: 200,
      inside: 403,
      before: putIssuer,
    },
    "GET /v1/oidc-issuers": { path: "/v1/oidc-issuers", status: 200, inside: 403 },
    "DELETE /v1/oidc-issuers/{name}": {
      path: "/v1/oidc-issuers/ci",
      status: 204,
      inside: 403,
      before: putIssuer,
    },
    "POST /v1/trains": { path: "/v1/trains", body: { stops: [stop], dryRun: true }, status: 200 },
    "GET /v1/trains": { path: "/v1/trains", status: 200 },
    "GET /v1/trains/{id}": { path: `/v1/trains/${TRAIN.id}`, status: 200, before: putTrain },
    "POST /v1/trains/{id}/abort": { path: `/v1/trains/${TRAIN.id}/abort`, status: 409, before: putTrain },
    "GET /v1/insights": { path: "/v1/insights", status: 200 },
    "GET /v1/notifications": { path: "/v1/notifications", status: 200 },
    "GET /v1/dead-letters": { path: "/v1/dead-letters", status: 200, inside: 403 },
    "POST /v1/dead-letters/{id}/replay": {
      path: "/v1/dead-letters/dead_1/replay",
      status: 202,
      inside: 403,
      before: ({ store }) => store.deadLetters.add(DEAD_LETTER),
    },
    "POST /v1/apps/{app}/hook-secret": { path: "/v1/apps/shop/hook-secret", status: 201, inside: 403 },
    // A signature opens it, and no token does.
    "POST /v1/hooks/{app}": { path: "/v1/hooks/shop", status: 401 },
  };
}

import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { openShop, POOL, SHOP } from "#test/support/a-shop.ts";
import { aToken } from "#test/support/a-token.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { assertDeclared, type Reach } from "./reach.ts";
import { type Route, type RouteKey, reply, route } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { appParams } from "./schemas/names.ts";
import { pageOf } from "./schemas/page.ts";

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
  await openShop(api);
  await api.call("PUT", "/v1/environments/dev", POOL);
  for (const app of ["team-a", "team-b"]) await api.call("PUT", `/v1/apps/${app}`, { ...SHOP, app });
});

afterAll(() => api.close());

test("every route of the API says where it names an app and an environment", () => {
  expect(() => assertDeclared(ROUTES as readonly Route[])).not.toThrow();
});

type Shape = Partial<Pick<Route, "params" | "query" | "body" | "answers">>;

const nothing = z.object({});
const named = z.object({ app: z.string() });
const placed = z.strictObject({ environment: z.string() });

const FAULTY: [RouteKey, Reach, Shape, RegExp][] = [
  ["GET /v1/apps/{app}/x", "nothing", { params: appParams }, /names an app in its path/],
  ["GET /v1/apps/{app}/x", { app: "query" }, { params: appParams }, /names an app in its path/],
  ["GET /v1/x/{env}", { app: "path" }, {}, /names an environment in its path/],
  ["GET /v1/x", "nothing", { query: named }, /names an app in its query/],
  ["POST /v1/x", "nothing", { body: placed }, /names an environment in its body/],
  ["POST /v1/x", "everything", { body: placed.optional() }, /names an environment in its body/],
  ["GET /v1/x", "nothing", { answers: { 200: pageOf(named) } }, /lists items with an app/],
  ["POST /v1/deployments/{id}/x", "nothing", {}, /names a deployment/],
];

test.each(FAULTY)("the API does not start with %s that declares %j", (key, reach, shape, message) => {
  const config = { permission: "read" as const, reach, tag: "x", summary: "x", answers: { 200: nothing } };
  const faulty = route(key, { ...config, ...shape }, () => reply(200, {}));
  expect(() => assertDeclared([faulty as unknown as Route])).toThrow(message);
});

test("a route without a permission or a reach does not compile", () => {
  const rest = { tag: "x", summary: "x", answers: { 200: nothing } };
  // @ts-expect-error: nothing says who may call it.
  route("GET /v1/x", { ...rest, reach: "nothing" }, () => reply(200, {}));
  // @ts-expect-error: nothing says which app and environment it touches.
  route("GET /v1/x", { ...rest, permission: "read" }, () => reply(200, {}));
});

test("a list that forgot to filter fails, and shows nothing", async () => {
  const { call } = await aToken(api, { scope: { apps: ["team-a"] } });
  const { list } = api.store.apps;
  api.store.apps.list = (request) => list(request);
  const answer = await call("GET", "/v1/apps");
  api.store.apps.list = list;
  expect([answer.status, answer.body.code]).toEqual([500, "internal"]);
});

test("a list shows what the token reaches, page by page without gaps", async () => {
  const { call } = await aToken(api, { scope: { apps: ["team-*"], environments: ["dev"] } });
  const names: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const { body } = await call("GET", `/v1/apps?limit=1${cursor ? `&cursor=${cursor}` : ""}`);
    names.push(...body.items.map((one: { app: string }) => one.app));
    cursor = body.cursor;
  }
  expect(names).toEqual(["team-b", "team-a"]);
  const { body } = await call("GET", "/v1/environments");
  expect(body.items.map((one: { name: string }) => one.name)).toEqual(["dev"]);
});

test("naming what is out of scope in a filter is refused, and the refusal says what is reached", async () => {
  const { call } = await aToken(api, { scope: { apps: ["team-*"], environments: ["dev"] } });
  for (const path of ["deployments", "targets", "healing-runs", "audit"]) {
    expect((await call("GET", `/v1/${path}?app=shop`)).status).toBe(403);
    expect((await call("GET", `/v1/${path}?environment=prod`)).status).toBe(403);
    expect((await call("GET", `/v1/${path}?app=team-a&environment=dev`)).status).toBe(200);
  }
  const { body } = await call("GET", "/v1/apps/shop");
  expect([body.code, body.detail]).toEqual([
    "forbidden",
    "The app shop is out of this token's scope; it reaches: team-*.",
  ]);
});

test("what is out of scope is refused before anything tells whether it is there", async () => {
  const { call } = await aToken(api, { role: "operator", scope: { apps: ["team-*"] } });
  for (const app of ["shop", "none"]) {
    expect((await call("GET", `/v1/apps/${app}`)).status).toBe(403);
    expect((await call("POST", `/v1/apps/${app}/releases`, "{")).status).toBe(403);
  }
});

test("an operator of one environment leaves the others' part of a manifest, and a running copy there, alone", async () => {
  const manifest = { ...SHOP, app: "team-a", environments: { prod: { replicas: 3 } } };
  await api.call("PUT", "/v1/apps/team-a", manifest);
  const { call } = await aToken(api, { role: "operator", scope: { environments: ["dev"] } });
  const put = (environments: object) => call("PUT", "/v1/apps/team-a", { ...manifest, environments });
  expect((await put({ prod: { replicas: 3 }, dev: { replicas: 1 } })).status).toBe(200);
  expect((await put({ prod: { replicas: 9 }, dev: { replicas: 1 } })).status).toBe(403);
  expect((await put({ dev: { replicas: 1 } })).status).toBe(403);
  expect((await put({ prod: { replicas: 3 } })).status).toBe(200);
  expect((await call("PUT", "/v1/apps/team-a", { ...manifest, autoDeploy: true })).status).toBe(403);
  expect((await call("PUT", "/v1/apps/team-a", { ...manifest, autoDeploy: false })).status).toBe(200);
  expect((await put({ prod: { replicas: 3 }, dev: { autoDeploy: true } })).status).toBe(200);
  expect((await call("POST", "/v1/apps/team-a/hook-secret")).status).toBe(403);
  await api.call("POST", "/v1/apps/shop/deployments", { environment: "prod", version: "v1" });
  expect((await call("DELETE", "/v1/apps/shop?force=true")).status).toBe(403);
  expect((await api.call("GET", "/v1/apps/shop")).status).toBe(200);
});

test("settings of an environment concern every app, so a token of some apps does not change them", async () => {
  const limited = await aToken(api, { role: "operator", scope: { apps: ["team-a"], environments: ["dev"] } });
  expect((await limited.call("PUT", "/v1/environments/dev", POOL)).status).toBe(403);
  const platform = await aToken(api, { role: "operator", scope: { environments: ["dev"] } });
  expect((await platform.call("PUT", "/v1/environments/dev", POOL)).status).toBe(200);
  expect((await platform.call("PUT", "/v1/environments/prod", POOL)).status).toBe(403);
});

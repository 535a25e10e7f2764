import { afterAll, beforeAll, expect, test } from "vitest";
import { EVERYWHERE, type Role } from "#core/domain/access.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { assertMay } from "./caller.ts";
import { methodOf, type Permission, pathOf, type Route } from "./route.ts";
import { ROUTES } from "./routes.ts";

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
});

afterAll(() => api.close());

const routes = ROUTES as readonly Route[];
const nobody = { authorization: "" };

test("every route but the public ones asks for a token", async () => {
  for (const route of routes) {
    const path = pathOf(route.key).replaceAll(/\{\w+\}/g, "abc");
    const answer = await api.call(methodOf(route.key), path, undefined, nobody);
    expect([route.key, answer.status]).toEqual([route.key, route.permission === "public" ? 200 : 401]);
  }
});

test("only these answer without a token", async () => {
  expect(routes.filter((route) => route.permission === "public").map((route) => route.key)).toEqual([
    "GET /healthz",
  ]);
  for (const path of [
    "/",
    "/docs",
    "/docs/docs.js",
    "/docs/docs.css",
    "/openapi.json",
    "/schema/tutti.json",
    "/schema/notice.json",
  ])
    expect((await api.call("GET", path, undefined, nobody)).status).toBe(200);
});

test("a refusal for want of a token says how to ask", async () => {
  const answer = await api.call("GET", "/v1/me", undefined, nobody);
  expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="tutti"');
});

test("the admin's token is the admin", async () => {
  expect((await api.call("GET", "/v1/me")).body).toEqual({
    id: "tok_admin",
    name: "admin",
    role: "admin",
    scope: EVERYWHERE,
    permissions: ["public", "read", "deploy", "operate", "admin"],
    expiresAt: null,
  });
});

const HELD: [Role, Permission[]][] = [
  ["viewer", ["read"]],
  ["deployer", ["read", "deploy"]],
  ["operator", ["read", "deploy", "operate"]],
  ["admin", ["read", "deploy", "operate", "admin"]],
];

test.each(HELD)("a %s may %j and no more", (role, held) => {
  const all: Permission[] = ["read", "deploy", "operate", "admin"];
  const may = all.filter((permission) => {
    try {
      assertMay({ role }, permission);
      return true;
    } catch {
      return false;
    }
  });
  expect(may).toEqual(held);
});

test("every answer forbids framing, sniffing and foreign content, and answers of the API are not kept", async () => {
  for (const path of ["/", "/docs", "/v1/apps", "/v1/nothing"]) {
    const { headers } = await api.call("GET", path);
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  }
  expect((await api.call("GET", "/v1/apps")).headers.get("cache-control")).toBe("no-store");
});

test("an unexpected failure tells the caller nothing of the inside, and the log everything", async () => {
  const broken = await openTestApi();
  broken.deps.store.apps.list = () => Promise.reject(new Error("secret inside"));
  const answer = await broken.call("GET", "/v1/apps");
  expect([answer.status, answer.body.code]).toEqual([500, "internal"]);
  expect(JSON.stringify(answer.body)).not.toContain("secret");
  expect(broken.logged).toEqual(["a call failed"]);
  await broken.close();
});

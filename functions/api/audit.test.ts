import { afterAll, beforeAll, expect, test } from "vitest";
import { openShop, POOL, SHOP } from "#test/support/a-shop.ts";
import { aToken } from "#test/support/a-token.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
});

afterAll(() => api.close());

test("every mutating call leaves a line, the refused ones too, newest first", async () => {
  await api.call("PUT", "/v1/apps/shop", SHOP);
  await api.call("PUT", "/v1/apps/shop", "{");
  await api.call("PUT", "/v1/apps/shop", SHOP, { authorization: "Bearer wrong" });
  await api.call("POST", "/v1/nothing");
  await api.call("GET", "/v1/apps");
  const { body } = await api.call("GET", "/v1/audit");
  const lines = body.items.map((one: Record<string, unknown>) => [
    one.actor,
    one.method,
    one.path,
    one.status,
    one.code,
  ]);
  expect(lines).toEqual([
    ["admin", "POST", "/v1/nothing", 404, "not_found"],
    ["anonymous", "PUT", "/v1/apps/shop", 401, "unauthenticated"],
    ["admin", "PUT", "/v1/apps/shop", 400, "malformed_body"],
    ["admin", "PUT", "/v1/apps/shop", 201, undefined],
  ]);
});

test("a line that cannot be written is logged and does not take the answer away", async () => {
  const { append } = api.store.audit;
  api.store.audit.append = () => Promise.reject(new Error("the table is away"));
  expect((await api.call("PUT", "/v1/apps/shop", SHOP)).status).toBe(200);
  expect(api.logged).toEqual(["an audit line was lost"]);
  api.store.audit.append = append;
});

test("pages follow each other without gap or repeat", async () => {
  for (let i = 0; i < 5; i++) await api.call("POST", `/v1/nothing-${i}`);
  const paths: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = await api.call("GET", `/v1/audit?limit=2${cursor ? `&cursor=${cursor}` : ""}`);
    paths.push(...page.body.items.map((one: { path: string }) => one.path));
    cursor = page.body.cursor;
  }
  expect(paths.slice(0, 5)).toEqual([4, 3, 2, 1, 0].map((i) => `/v1/nothing-${i}`));
  expect(paths.length).toBe(9);
});

test("lines are filtered by who, about what, and when, page by page", async () => {
  const fresh = await openTestApi();
  await openShop(fresh);
  const { call, id } = await aToken(fresh, { name: "ann", role: "operator" });
  fresh.clock.advance(1);
  const from = new Date(fresh.clock.now()).toISOString();
  for (let i = 0; i < 3; i++) await call("PUT", "/v1/environments/prod", POOL);
  fresh.clock.advance(60_000);
  const to = new Date(fresh.clock.now()).toISOString();
  await call("PUT", "/v1/apps/shop", SHOP);
  await fresh.call("POST", "/v1/apps/shop/deployments", { environment: "prod", version: "v9" });
  const list = async (query: Record<string, string>) => {
    const lines: unknown[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const search = new URLSearchParams({ limit: "2", ...query, ...(cursor ? { cursor } : {}) });
      const { body } = await fresh.call("GET", `/v1/audit?${search}`);
      lines.push(...body.items.map((one: Record<string, string>) => [one.method, one.path, one.outcome]));
      cursor = body.cursor;
    }
    return lines;
  };
  const put = ["PUT", "/v1/environments/prod", "done"];
  const app = ["PUT", "/v1/apps/shop", "done"];
  const refused = ["POST", "/v1/apps/shop/deployments", "refused"];
  expect(await list({ actor: "ann" })).toEqual([app, put, put, put]);
  expect(await list({ actor: id, from: to })).toEqual([app]);
  expect(await list({ actor: id, to })).toEqual([put, put, put]);
  expect(await list({ app: "shop", from: to })).toEqual([refused, app]);
  expect(await list({ environment: "prod", from, to: "2026-01-05T13:02:00+01:00" })).toEqual([
    refused,
    put,
    put,
    put,
  ]);
  expect(await list({ from: "2027-01-01T00:00:00Z" })).toEqual([]);
  expect((await fresh.call("GET", "/v1/audit?from=yesterday")).body.errors[0].path).toBe("from");
  await fresh.close();
});

test("a time that ends before it begins has no lines", async () => {
  const query = "from=2026-01-05T12:00:00Z&to=2026-01-05T11:00:00Z";
  expect(await api.call("GET", `/v1/audit?${query}`)).toMatchObject({
    status: 200,
    body: { items: [], cursor: null },
  });
});

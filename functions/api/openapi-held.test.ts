import { afterEach, beforeEach, expect, test } from "vitest";
import { openShop } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { type Document, holdToDocument } from "#test/support/hold-to-document.ts";
import { statusesOf } from "./openapi-problems.ts";
import { methodOf, pathOf } from "./route.ts";
import { ROUTES } from "./routes.ts";

let api: TestApi;
let id: string;
beforeEach(async () => {
  api = await openTestApi();
  await openShop(api);
  const asked = { environment: "prod", version: "v1" };
  id = (await api.call("POST", "/v1/apps/shop/deployments", asked)).body.id;
});
afterEach(() => api.close());

test("every route, status and schema of the running API is in the document, and nothing else is", async () => {
  const { paths } = (await api.call("GET", "/openapi.json")).body as Document;
  const told = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, { responses }]) => `${verb} ${path}: ${Object.keys(responses).sort()}`),
  );
  const there = ROUTES.map(
    (route) =>
      `${methodOf(route.key).toLowerCase()} ${pathOf(route.key)}: ${[...Object.keys(route.answers), ...statusesOf(route).map(String)].sort()}`,
  );
  expect(told.sort()).toEqual(there.sort());
});

test("no generated request, whole or broken, gets an answer that the document does not tell of", async () => {
  const seen = await holdToDocument(api, [id], 400);
  // It came past the doors: some were done, some were refused for what they said and some for what is there.
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 400, 404, 422]));
});

// The long form of functions/api/openapi-held.test.ts: two thousand generated requests against the API in this process.
import { expect, test } from "vitest";
import { openShop } from "#test/support/a-shop.ts";
import { openTestApi } from "#test/support/api.ts";
import { holdToDocument } from "#test/support/hold-to-document.ts";

test("two thousand generated requests, whole and broken, get no answer that the document does not tell of", async () => {
  const api = await openTestApi();
  await openShop(api);
  const asked = { environment: "prod", version: "v1" };
  const { id } = (await api.call("POST", "/v1/apps/shop/deployments", asked)).body;
  const seen = await holdToDocument(api, [id], 2000);
  console.log(`answers by status: ${JSON.stringify(Object.fromEntries(seen))}`);
  expect([...seen.keys()]).not.toContain(500);
  await api.close();
});

// The OpenAPI document as it was agreed: a change of it is seen in review. `npm run golden` writes it anew.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openTestApi } from "#test/support/api.ts";

const GOLDEN = new URL("./openapi.json", import.meta.url);

test("the OpenAPI document is the agreed one", async () => {
  const api = await openTestApi();
  const { body } = await api.call("GET", "/openapi.json");
  await api.close();
  const text = `${JSON.stringify(body, null, 2)}\n`;
  if (process.env.GOLDEN === "write") writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, "utf8"));
});

test("every operation of the document has its own id, an answer, and says who may call it", async () => {
  const { paths } = JSON.parse(readFileSync(GOLDEN, "utf8")) as {
    paths: Record<string, Record<string, Record<string, unknown>>>;
  };
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  const ids = operations.map((one) => one.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const one of operations) {
    expect(Object.keys(one.responses as object)).not.toEqual([]);
    expect(one["x-tutti-permission"]).toEqual(expect.any(String));
  }
});

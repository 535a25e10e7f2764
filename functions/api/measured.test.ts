import { afterEach, beforeEach, expect, test } from "vitest";
import type { Measure } from "#core/metrics/measures.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
let counted: Measure[];
beforeEach(async () => {
  counted = [];
  api = await openTestApi({ measures: { put: (measure) => void counted.push(measure) } });
});
afterEach(() => api.close());

test("each call is counted with its time; which, by whom and why not are told beside it", async () => {
  await api.call("GET", "/v1/apps");
  expect(counted).toMatchObject([
    {
      values: { ApiRequests: 1, ApiRefusals: 0, ApiMilliseconds: expect.any(Number) },
      about: { method: "GET", route: "GET /v1/apps", status: 200, role: "admin" },
    },
  ]);
  expect(counted[0]!.dimensions).toBeUndefined();
});

test("a refusal is counted as one, without a token too", async () => {
  await api.call("GET", "/v1/apps/nowhere");
  await api.call("GET", "/v1/apps", undefined, { authorization: "Bearer wrong" });
  expect(counted.map(({ values, about }) => [values.ApiRefusals, about?.status, about?.code])).toEqual([
    [1, 404, "not_found"],
    [1, 401, "unauthenticated"],
  ]);
});

test("a call that waits on purpose does not spoil the time of the others, and the page of the console is no call", async () => {
  await api.call("GET", "/v1/deployments/dep_none?waitSeconds=1");
  await api.call("GET", "/healthz");
  expect(counted.map(({ values }) => Object.keys(values))).toEqual([["ApiRequests", "ApiRefusals"]]);
});

import { afterEach, beforeEach, expect, test } from "vitest";
import { openShop } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const traceparent = `00-${TRACE}-b7ad6b7169203331-01`;

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
  await openShop(api);
});
afterEach(() => api.close());

const deploy = (headers = {}) =>
  api.call("POST", "/v1/apps/shop/deployments", { environment: "prod", version: "v1" }, headers);

test("a caller's trace goes through the answer, the deployment and its execution", async () => {
  const { headers, body } = await deploy({ traceparent });
  expect(headers.get("traceparent")).toMatch(new RegExp(`^00-${TRACE}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
  expect(body.traceId).toBe(TRACE);
  expect((await api.call("GET", `/v1/deployments/${body.id}`)).body.traceId).toBe(TRACE);
  expect(api.started.at(-1)!.input).toEqual({
    deploymentId: body.id,
    kind: "server",
    generation: 1,
    traceId: TRACE,
  });
});

test("without one, or with one that is none, a trace begins here", async () => {
  for (const headers of [{}, { traceparent: "00-what-ever-01" }]) {
    const { headers: answered, body } = await deploy(headers);
    expect(body.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(body.traceId).not.toBe(TRACE);
    expect(answered.get("traceparent")).toContain(body.traceId);
  }
});

test("a train carries it, and its execution", async () => {
  const stops = [{ app: "shop", environment: "prod", version: "v1" }];
  const { status, body } = await api.call("POST", "/v1/trains", { stops }, { traceparent });
  expect([status, body.traceId]).toEqual([202, TRACE]);
  const input = { trainId: body.id, generation: 1, traceId: TRACE };
  expect(api.trainsStarted.at(-1)).toEqual({ name: `${body.id}-1`, input });
});

test("a rollback carries it too, and a refusal names it", async () => {
  const back = await api.call(
    "POST",
    "/v1/apps/shop/rollback",
    { environment: "prod", version: "v1" },
    { traceparent },
  );
  expect(back.body.traceId).toBe(TRACE);
  const refused = await api.call("GET", "/v1/deployments/dep_none", undefined, { traceparent });
  expect([refused.status, refused.headers.get("traceparent")?.slice(3, 35)]).toEqual([404, TRACE]);
});

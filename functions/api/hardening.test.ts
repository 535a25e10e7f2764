// What every answer carries, whoever asks: no other origin may read it, nothing may frame it, no body is without end.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi, TOKEN } from "#test/support/api.ts";
import { createApp } from "./app.ts";

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
});

afterAll(() => api.close());

const ORIGIN = { origin: "https://elsewhere.example" };

test("no other origin may read an answer or ask first whether it may", async () => {
  const asks = {
    ...ORIGIN,
    "access-control-request-method": "PUT",
    "access-control-request-headers": "authorization",
  };
  for (const answer of [
    await api.call("GET", "/v1/apps", undefined, ORIGIN),
    await api.call("GET", "/openapi.json", undefined, { ...ORIGIN, authorization: "" }),
    await api.call("OPTIONS", "/v1/apps/shop", undefined, { ...asks, authorization: "" }),
    await api.call("OPTIONS", "/v1/apps/shop", undefined, asks),
  ]) {
    const names = [...answer.headers.keys()].filter((name) => name.startsWith("access-control-"));
    expect(names).toEqual([]);
  }
  expect((await api.call("OPTIONS", "/v1/apps/shop", undefined, asks)).status).toBe(405);
});

test.each(["/", "/docs", "/openapi.json", "/healthz", "/v1/me", "/v1/nothing"])(
  "%s carries every header",
  async (path) => {
    for (const authorization of [`Bearer ${TOKEN}`, ""]) {
      const { headers } = await api.call("GET", path, undefined, { authorization });
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("permissions-policy")).toContain("camera=()");
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
      if (path.startsWith("/v1/")) expect(headers.get("cache-control")).toBe("no-store");
    }
  },
);

test("a body over 1 MB is refused, whether it says its length or not, and a stranger's is not even read", async () => {
  const large = JSON.stringify({ padding: "x".repeat(1_048_576) });
  const answer = await api.call("PUT", "/v1/apps/shop", large);
  expect([answer.status, answer.body.code]).toEqual([413, "body_too_large"]);
  let pulled = 0;
  const endless = () =>
    new ReadableStream({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
  const send = (authorization: string) =>
    createApp(api.deps).request("/v1/apps/shop", {
      method: "PUT",
      body: endless(),
      headers: { authorization },
      duplex: "half",
    } as RequestInit);
  expect((await send(`Bearer ${TOKEN}`)).status).toBe(413);
  expect(pulled).toBeLessThan(20);
  pulled = 0;
  expect((await send("Bearer wrong")).status).toBe(401);
  expect(pulled).toBeLessThanOrEqual(1);
});

import { createHmac } from "node:crypto";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import type { Hook, HookMessage } from "#core/domain/hook.ts";
import type { HookResult } from "#engine/deps.ts";
import { serve } from "#test/support/serve.ts";
import { hookBody } from "../api/schemas/hook.ts";
import { hookCalls } from "./hook-calls.ts";

const SECRET = "tuttihook_plain-words-as-a-secret";
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const NOW = Date.parse("2026-11-24T12:00:00Z");
const message: HookMessage = {
  phase: "before",
  name: "migrate",
  deployment: "dep_1",
  app: "shop",
  environment: "prod",
  kind: "server",
  version: "v2",
  previousVersion: "v1",
  trigger: "api",
  createdBy: "ann",
  step: null,
  attempt: 1,
  idempotencyKey: "dep_1-before-0",
};

type Asked = { hook: Partial<Hook>; allowPrivate?: string[]; secret?: string | null; lambda?: unknown };

function call({ hook, allowPrivate = ["127.0.0.0/8"], secret = null, lambda }: Asked): Promise<HookResult> {
  const calls = hookCalls({
    secrets: { get: async () => secret },
    lambda: { send: lambda } as unknown as LambdaClient,
    functionPrefix: "tutti-hook-",
    clock: { now: () => NOW, sleep: async () => {} },
  });
  const whole = { timeoutSeconds: 2, attempts: 1, required: true, ...hook };
  return calls.call({
    app: "shop",
    hook: whole,
    message,
    traceId: TRACE,
    allowPrivate,
    signal: new AbortController().signal,
  });
}

test("a POST brings the message, a key, and a signature by which its receiver knows that it is ours", async () => {
  let seen: { method: string; headers: Headers; body: string } | undefined;
  const served = await serve(async (request) => {
    seen = { method: request.method, headers: request.headers, body: await request.text() };
    return new Response("12 tables migrated");
  });
  const result = await call({ hook: { url: `${served.url}/migrate` }, secret: SECRET });
  expect(result).toEqual({ outcome: "done", detail: "answered 200", output: "12 tables migrated" });
  expect(JSON.parse(seen!.body)).toEqual(message);
  expect(seen!.method).toBe("POST");
  expect(seen!.headers.get("idempotency-key")).toBe("dep_1-before-0");
  expect(seen!.headers.get("traceparent")).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  const timestamp = String(NOW / 1000);
  const hex = createHmac("sha256", SECRET).update(`${timestamp}.${seen!.body}`).digest("hex");
  expect(seen!.headers.get("x-tutti-timestamp")).toBe(timestamp);
  expect(seen!.headers.get("x-tutti-signature")).toBe(`sha256=${hex}`);
  // Sent to our own CI hook, which is signed by the same secret, it starts nothing.
  expect(hookBody.safeParse(JSON.parse(seen!.body)).success).toBe(false);
  await served.close();
});

test("without a secret a call is not signed", async () => {
  const served = await serve(
    async (request) => new Response(request.headers.get("x-tutti-signature") ?? "none"),
  );
  expect((await call({ hook: { url: served.url } })).output).toBe("none");
  await served.close();
});

test.each([
  [204, "done", "answered 204"],
  [302, "refused", "answered 302, and no redirect is followed"],
  [403, "refused", "answered 403"],
  [408, "notNow", "answered 408"],
  [429, "notNow", "answered 429"],
  [500, "notNow", "answered 500"],
  [503, "notNow", "answered 503"],
])("an answer of %s means: %s", async (status, outcome, detail) => {
  const headers = { location: "http://169.254.169.254/" };
  const served = await serve(async () => new Response(null, { status, headers }));
  expect(await call({ hook: { url: served.url } })).toEqual({ outcome, detail, output: "" });
  await served.close();
});

test("what an answer says is cut to its end, and shows no secret", async () => {
  const long = `${"x".repeat(100_000)}\npassword: hunter22 and ${SECRET}\u001b[31m`;
  const served = await serve(async () => new Response(long, { status: 500 }));
  const { output } = await call({ hook: { url: served.url }, secret: SECRET });
  expect(output.length).toBeLessThanOrEqual(4097);
  expect(output).toMatch(/^…x+\npassword: \*\*\* and \*\*\*$/);
  await served.close();
});

test("one that hangs is left when its time is over", async () => {
  const never = Promise.withResolvers<Response>();
  const served = await serve(() => never.promise);
  expect(await call({ hook: { url: served.url, timeoutSeconds: 0.05 } })).toEqual({
    outcome: "notNow",
    detail: `${served.url} did not answer within 0.05 s`,
    output: "",
  });
  never.resolve(new Response(""));
  await served.close();
});

test.each([
  "http://127.0.0.1/",
  "https://localhost/",
  "https://10.1.2.3/",
  "https://[::1]/",
  "https://[::ffff:10.0.0.1]/",
  "http://169.254.169.254/latest/meta-data/",
  "https://0x7f000001/",
])("%s is not called, however often it is asked, unless the environment opens it", async (url) => {
  const result = await call({ hook: { url }, allowPrivate: [] });
  expect(result.outcome).toBe("refused");
  expect(result.detail).toMatch(/leads to .*, which is not public$/);
});

test("a function is invoked behind the installation's prefix, with its alias", async () => {
  const asked: unknown[] = [];
  const lambda = async ({ input }: { input: { Payload: string } }) => {
    asked.push({ ...input, Payload: JSON.parse(input.Payload) });
    return { Payload: Buffer.from('{"migrated":12}') };
  };
  expect(await call({ hook: { function: "migrate:live" }, lambda })).toEqual({
    outcome: "done",
    detail: "returned",
    output: '{"migrated":12}',
  });
  expect(asked).toEqual([
    {
      FunctionName: "tutti-hook-migrate",
      Qualifier: "live",
      Payload: { ...message, traceparent: expect.stringContaining(TRACE) },
    },
  ]);
});

function failing(name: string) {
  return async () => Promise.reject(Object.assign(new Error("no"), { name }));
}

test.each([
  ["ResourceNotFoundException", "refused", "there is no function tutti-hook-migrate"],
  ["AccessDeniedException", "refused", "tutti-hook-migrate: AccessDeniedException: no"],
  ["TooManyRequestsException", "notNow", "tutti-hook-migrate: TooManyRequestsException: no"],
  ["ServiceException", "notNow", "tutti-hook-migrate: ServiceException: no"],
])("a platform that answers %s means: %s", async (name, outcome, detail) => {
  const result = await call({ hook: { function: "migrate" }, lambda: failing(name) });
  expect(result).toEqual({ outcome, detail, output: "" });
});

test("a function that throws has failed, and says why", async () => {
  const payload = JSON.stringify({ errorType: "Error", errorMessage: "table orders is locked", trace: [] });
  const lambda = async () => ({ FunctionError: "Unhandled", Payload: Buffer.from(payload) });
  expect(await call({ hook: { function: "migrate" }, lambda })).toEqual({
    outcome: "notNow",
    detail: "it threw Error: table orders is locked",
    output: payload,
  });
});

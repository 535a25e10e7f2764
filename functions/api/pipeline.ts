// The way of every call, in this order: who is it, may it, does its scope reach what the path names, how long is the
// body, is it JSON, does it fit, does the scope reach what the body and query name, was it answered before, then the
// handler. Nothing is parsed for a caller who may not call.
import type { Context, Hono } from "hono";
import { EVERYWHERE, type Place } from "#core/domain/access.ts";
import { TuttiError } from "#core/errors.ts";
import { decodeBody, parseJson, readBody } from "./body.ts";
import { assertMay, type Caller } from "./caller.ts";
import type { ApiDeps } from "./deps.ts";
import { answerOnce } from "./idempotency.ts";
import type { Problem } from "./problem.ts";
import { assertInReach, assertSeen, placeInPath, placeOf, sees } from "./reach.ts";
import { assertReachesTrain } from "./reach-of-trains.ts";
import { methodOf, patternOf, type Route } from "./route.ts";
import { sha256Hex } from "./sha256.ts";
import { validate, validateParams } from "./validate.ts";
import { pauseOf } from "./waiting.ts";

export type ApiEnv = {
  Variables: {
    caller: Caller | undefined;
    /** Id of a token that proved itself and had ended. */
    endedToken: string | undefined;
    /** Code of the refusal. */
    code: string | undefined;
    /** Of the trace that the call belongs to. */
    traceId: string;
    about: Place | undefined;
    /** Key of the route, as the document has it. */
    route: string | undefined;
    /** Of a call whose body had to be read before anything else. */
    rawBody: Uint8Array | undefined;
  };
  Bindings: LambdaBindings;
};

/** What `hono/aws-lambda` hands in: the source address stands in the event. */
export type LambdaBindings = { event?: { requestContext?: { http?: { sourceIp?: string } } } };

export type Answer = { status: number; body: unknown };

type ApiContext = Context<ApiEnv>;

export function mount(app: Hono<ApiEnv>, route: Route, deps: ApiDeps): void {
  app.on(methodOf(route.key), patternOf(route.key), async (c) => toResponse(c, await play(c, route, deps)));
}

async function play(c: ApiContext, route: Route, deps: ApiDeps): Promise<Answer> {
  c.set("route", route.key);
  c.set("about", placeInPath(route, route.params?.safeParse(c.req.param()).data));
  const caller = { ...allowedCaller(c, route), traceId: c.get("traceId") };
  const params = route.params && validateParams(route.params, c.req.param());
  assertInReach(route, caller, placeInPath(route, params));
  const text =
    methodOf(route.key) === "GET" ? "" : decodeBody(c.get("rawBody") ?? (await readBody(c.req.raw)));
  const json = route.body && requireBody(route, parseJson(text));
  const query = route.query && validate(route.query, c.req.query());
  const body = route.body && validate(route.body, json);
  const place = await placeOf(route, { params, query, body }, deps, caller);
  c.set("about", place);
  assertInReach(route, caller, place);
  await assertReachesTrain(route, { params, body }, deps, caller);
  const handle = async () => {
    const call = { params, query, body, caller, deps };
    const more = { sees: (item: unknown) => sees(route, caller, item), pause: pauseOf(deps, caller) };
    return (await route.handle({ ...call, ...more })) as Answer;
  };
  if (methodOf(route.key) !== "GET") return once(c, route, deps, caller, text, handle);
  const answer = await handle();
  assertSeen(route, caller, answer.body);
  return answer;
}

function once(
  c: ApiContext,
  { kept }: Route,
  deps: ApiDeps,
  caller: Caller,
  text: string,
  handle: () => Promise<Answer>,
): Promise<Answer> {
  const key = c.req.header("idempotency-key");
  const fingerprint = sha256Hex(
    `${c.req.method} ${c.req.url.slice(new URL(c.req.url).origin.length)}\n${text}`,
  );
  return answerOnce(deps, { key, scope: caller.id, fingerprint, kept }, handle);
}

const NOBODY: Omit<Caller, "sourceIp"> = {
  id: "anonymous",
  name: "anonymous",
  role: "viewer",
  scope: EVERYWHERE,
  expiresAt: null,
  client: "api",
  recheck: async () => {},
};

function allowedCaller(c: ApiContext, route: Route): Caller {
  if (route.permission === "public") return { ...NOBODY, sourceIp: sourceIpOf(c) };
  const caller = c.get("caller");
  if (!caller) throw new TuttiError("unauthenticated", "Send `Authorization: Bearer <token>`.");
  if (route.permission === "signed" && caller.signature !== undefined) return caller;
  assertMay(caller, route.permission);
  return caller;
}

function requireBody(route: Route, value: unknown): unknown {
  if (value !== undefined || route.body?.safeParse(undefined).success) return value;
  throw new TuttiError("malformed_body", "The body is empty; this call takes a JSON document.");
}

export function sourceIpOf(c: ApiContext): string {
  return c.env?.event?.requestContext?.http?.sourceIp ?? "unknown";
}

function toResponse(c: ApiContext, { status, body }: Answer): Response {
  if (body === undefined || body === null) return new Response(null, { status });
  // A refusal that an idempotency key gives again is the same problem document as the first time.
  if (status >= 400) c.set("code", (body as Problem).code);
  const type = status >= 400 ? "application/problem+json" : "application/json";
  return new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
}

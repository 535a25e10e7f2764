// A route is data: its key, who may call it, the schemas that validate and document it, and the function that answers.
// `permission` and `reach` have no default, so a route that forgot to say who may call it, or which app and environment
// it touches, does not compile.
import type { z } from "zod";
import type { ErrorCode } from "#core/errors.ts";
import type { Caller } from "./caller.ts";
import type { ApiDeps } from "./deps.ts";
import type { Reach } from "./reach.ts";
import type { Pause } from "./waiting.ts";

/** `viewer` holds read; `deployer` also deploy; `operator` also operate; `admin` also admin. Public routes ask for no token; a signed one takes a signature in place of it. */
export const PERMISSIONS = ["public", "signed", "read", "deploy", "operate", "admin"] as const;
export type Permission = (typeof PERMISSIONS)[number];

export type Method = "GET" | "PUT" | "POST" | "DELETE";

/** `POST /v1/apps/{app}/releases`: the name of an operation for the router, the document and the client. */
export type RouteKey = `${Method} /${string}`;

type Schema = z.ZodType;
type Answers = Record<number, Schema>;

export type RouteConfig<P extends Schema, Q extends Schema, B extends Schema, A extends Answers> = {
  permission: Permission;
  reach: Reach;
  tag: string;
  summary: string;
  params?: P;
  query?: Q;
  /** A schema that accepts `undefined` makes the body optional. */
  body?: B;
  /** By status. `z.undefined()` where there is no body. */
  answers: A;
  /** What this call may be refused for beyond what any of its sort may (openapi-problems.ts). */
  refusals?: readonly ErrorCode[];
  /** What an Idempotency-Key keeps of an answer, where that is not all of it: no secret is ever kept. */
  kept?: (body: unknown) => unknown;
};

/** What a handler gets: everything is parsed and allowed already. */
export type Call<P extends Schema, Q extends Schema, B extends Schema> = {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  caller: Caller;
  /** Whether a list may show this item to the caller. */
  sees: (item: unknown) => boolean;
  /** The way to wait. */
  pause: Pause;
  deps: ApiDeps;
};

export type Reply<A extends Answers> = {
  [Status in keyof A]: { status: Status; body: z.input<A[Status]> };
}[keyof A];

/** The answer of a handler; keeps the status a literal, so that it is checked against the route's answers. */
export function reply<const Status extends number, Body>(status: Status, body: Body) {
  return { status, body };
}

export type Route<
  K extends RouteKey = RouteKey,
  P extends Schema = Schema,
  Q extends Schema = Schema,
  B extends Schema = Schema,
  A extends Answers = Answers,
> = RouteConfig<P, Q, B, A> & {
  key: K;
  /** Declared as a method, so that routes of every shape fit into one list. */
  handle(call: Call<P, Q, B>): Promise<Reply<A>> | Reply<A>;
};

export function route<
  const K extends RouteKey,
  A extends Answers,
  P extends Schema = z.ZodUndefined,
  Q extends Schema = z.ZodUndefined,
  B extends Schema = z.ZodUndefined,
>(
  key: K,
  config: RouteConfig<P, Q, B, A>,
  handle: (call: Call<P, Q, B>) => Promise<Reply<A>> | Reply<A>,
): Route<K, P, Q, B, A> {
  return { ...config, key, handle };
}

export function methodOf(key: RouteKey): Method {
  return key.slice(0, key.indexOf(" ")) as Method;
}

/** The path with `{app}`, as OpenAPI writes it. */
export function pathOf(key: RouteKey): string {
  return key.slice(key.indexOf(" ") + 1);
}

/** The path with `:app`, as Hono writes it. */
export function patternOf(key: RouteKey): string {
  return pathOf(key).replaceAll(/\{(\w+)\}/g, ":$1");
}

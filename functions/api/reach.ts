// How a route says which app and environment it touches, and how the scope of the caller's token is held against that,
// for every route in one place. A route that names an app or an environment and does not say where is refused when the
// API starts (`assertDeclared`).
import * as z from "zod";
import { isUnlimited, type Place, reaches } from "#core/domain/access.ts";
import { TuttiError } from "#core/errors.ts";
import { assertReaches, assertUnlimited, type Caller } from "./caller.ts";
import type { ApiDeps } from "./deps.ts";
import { faultOfTrains, reachesTrain } from "./reach-of-trains.ts";
import { methodOf, pathOf, type Route } from "./route.ts";

/** Where the name stands. `every`: it concerns all of them, so it is not for a token that is limited to some. */
export type Source = "path" | "query" | "body" | "every";

export type Reach =
  /** Touches neither apps nor environments. */
  | "nothing"
  /** Belongs to the whole installation: only for tokens without limits. */
  | "everything"
  /** The app and environment of the deployment `{id}`. */
  | "deployment"
  /** Everything that the train `{id}` moves. */
  | "train"
  /** Everything that the stops in the body name. */
  | "stops"
  /** A list of trains: those of which all is reached. */
  | "trains"
  | {
      app?: Source;
      environment?: Source;
      /** A list of things that name their place, and in which field: it shows what the token reaches. */
      lists?: { app?: string; environment?: string };
    };

type Parts = { params: unknown; query: unknown; body: unknown };
type Named = Record<string, unknown> | undefined;

/** What the path alone says; held against the scope before the body is read. */
export function placeInPath({ reach }: Route, params: unknown): Place {
  return placeIn(reach, "path", { app: (params as Named)?.app, environment: (params as Named)?.env });
}

/** The whole place, once everything is parsed. */
export async function placeOf(route: Route, parts: Parts, deps: ApiDeps, caller: Caller): Promise<Place> {
  if (route.reach === "deployment") return placeOfDeployment(route, parts.params, deps, caller);
  return {
    ...placeIn(route.reach, "query", parts.query as Named),
    ...placeIn(route.reach, "body", parts.body as Named),
    ...placeInPath(route, parts.params),
  };
}

export function assertInReach({ reach }: Route, caller: Caller, place: Place): void {
  if (reach === "everything") assertUnlimited(caller);
  if (typeof reach === "object" && reach.app === "every") assertUnlimited(caller, "apps");
  if (typeof reach === "object" && reach.environment === "every") assertUnlimited(caller, "environments");
  assertReaches(caller, place);
}

/** Whether a list may show this item. What names no place at all is for tokens without limits. */
export function sees({ reach }: Route, { scope }: Caller, item: unknown): boolean {
  if (reach === "trains") return reachesTrain(scope, item);
  if (isUnlimited(scope) || typeof reach !== "object" || !reach.lists) return true;
  const place = placeOfItem(reach.lists, item as Record<string, unknown>);
  return (place.app !== undefined || place.environment !== undefined) && reaches(scope, place);
}

/** The last look at a list on its way out: a handler that forgot to filter fails, and shows nothing. */
export function assertSeen(route: Route, caller: Caller, body: unknown): void {
  const listed = typeof route.reach === "object" ? route.reach.lists : route.reach === "trains";
  if (!listed) return;
  const { items } = body as { items: unknown[] };
  if (!items.every((item) => sees(route, caller, item)))
    throw new Error(`${route.key} answered with items out of the caller's scope`);
}

function placeIn(reach: Reach, source: Source, named: Named): Place {
  if (typeof reach !== "object") return {};
  return {
    ...(reach.app === source ? { app: text(named?.app) } : {}),
    ...(reach.environment === source ? { environment: text(named?.environment) } : {}),
  };
}

function placeOfItem(fields: { app?: string; environment?: string }, item: Record<string, unknown>): Place {
  return {
    app: fields.app === undefined ? undefined : text(item[fields.app]),
    environment: fields.environment === undefined ? undefined : text(item[fields.environment]),
  };
}

/** A token without limits may see it wherever it is, so reading spares the look. */
async function placeOfDeployment(
  route: Route,
  params: unknown,
  { store }: ApiDeps,
  caller: Caller,
): Promise<Place> {
  if (methodOf(route.key) === "GET" && isUnlimited(caller.scope)) return {};
  const { app, environment } = await store.deployments.need((params as { id: string }).id);
  return { app, environment };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Throws, naming the first route that names an app or an environment without saying where. */
export function assertDeclared(routes: readonly Route[]): void {
  for (const route of routes) {
    const fault = faultOf(route);
    if (fault) throw new TuttiError("internal", `${route.key}: ${fault}`);
  }
}

function faultOf({ key, reach, query, body, answers }: Route): string | null {
  const path = pathOf(key);
  const ofTrains = faultOfTrains({ key, reach });
  if (ofTrains) return ofTrains;
  if (path.startsWith("/v1/deployments/{id}"))
    return reach === "deployment" ? null : 'names a deployment; its reach must be "deployment"';
  const named = typeof reach === "object" ? reach : {};
  for (const what of ["app", "environment"] as const) {
    const inPath = path.includes(what === "app" ? "{app}" : "{env}");
    const sources: [Source, boolean][] = [
      ["path", inPath],
      ["query", !inPath && keysOf(query).includes(what)],
      ["body", !inPath && keysOf(body).includes(what)],
    ];
    for (const [source, there] of sources)
      if (there && named[what] !== source) return `names an ${what} in its ${source}; its reach must say so`;
    const shown = Object.values(answers).some((answer) => itemKeysOf(answer).includes(what));
    if (shown && !inPath && !named.lists?.[what])
      return `lists items with an ${what}; its reach must name that field in lists`;
  }
  return null;
}

function itemKeysOf(answer: z.ZodType): string[] {
  if (!(answer instanceof z.ZodObject)) return [];
  const { items } = answer.shape as { items?: z.ZodType };
  return items instanceof z.ZodArray ? keysOf(items.element as z.ZodType) : [];
}

function keysOf(schema: z.ZodType | undefined): string[] {
  if (schema instanceof z.ZodOptional) return keysOf(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

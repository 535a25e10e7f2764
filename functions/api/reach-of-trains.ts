// A train touches several apps and environments: whoever makes, sees or stops one must reach all of them.
import { isUnlimited, type Place, reaches, type Scope } from "#core/domain/access.ts";
import { assertReaches, type Caller } from "./caller.ts";
import type { ApiDeps } from "./deps.ts";
import { methodOf, pathOf, type Route } from "./route.ts";

type Named = { app: string; environment: string };

/** Throws `not_found`, and `forbidden` naming the first place out of scope. */
export async function assertReachesTrain(
  route: Route,
  { params, body }: { params: unknown; body: unknown },
  deps: Pick<ApiDeps, "store">,
  caller: Caller,
): Promise<void> {
  if (isUnlimited(caller.scope)) return;
  const places = await placesOf(route, params, body, deps);
  for (const { app, environment } of places) assertReaches(caller, { app, environment });
}

async function placesOf(
  { reach }: Route,
  params: unknown,
  body: unknown,
  { store }: Pick<ApiDeps, "store">,
): Promise<Named[]> {
  if (reach === "stops") return (body as { stops: (Named | Named[])[] }).stops.flat();
  return reach === "train" ? (await store.trains.need((params as { id: string }).id)).members : [];
}

/** `item` as the API shows it. */
export function reachesTrain(scope: Scope, item: unknown): boolean {
  const { stops } = item as { stops: { deployments: Place[] }[] };
  return stops.every((stop) =>
    stop.deployments.every(({ app, environment }) => reaches(scope, { app, environment })),
  );
}

/** What is wrong with what a route of trains says of its reach. */
export function faultOfTrains({ key, reach }: Pick<Route, "key" | "reach">): string | null {
  const path = pathOf(key);
  if (!path.startsWith("/v1/trains")) return null;
  const wanted = path.startsWith("/v1/trains/{id}") ? "train" : methodOf(key) === "GET" ? "trains" : "stops";
  return reach === wanted ? null : `is about trains; its reach must be "${wanted}"`;
}

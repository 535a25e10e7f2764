// Which apps an app speaks to, and how each is named in its environment: `connect: [orders]` gives `ORDERS_URL`. Pure.
import type { Spec } from "../domain/spec.ts";

/** `orders-api` → `ORDERS_API_URL`. */
export function variableFor(app: string): string {
  return `${app.toUpperCase().replaceAll("-", "_")}_URL`;
}

/**
 * The config with the addresses of those it connects to. What the manifest sets by hand stands; one without an endpoint
 * gets no variable. `endpoints`: of each connected app in the same environment, `null` where there is none yet.
 */
export function withConnections(
  config: Record<string, string>,
  endpoints: ReadonlyMap<string, string | null>,
): Record<string, string> {
  const found = [...endpoints].flatMap(([app, endpoint]) =>
    endpoint === null ? [] : [[variableFor(app), endpoint] as const],
  );
  return { ...Object.fromEntries(found), ...config };
}

/** What somebody does so that an app's copies learn what they were not told when they started: to deploy what runs changes nothing. */
export function startedAfresh({ app, kind }: Pick<Spec, "app" | "kind">): string {
  return kind === "function" ? `release ${app} under a new version` : `restart ${app}`;
}

/** A circle through `app`, beginning and ending with it; `null` where there is none. The shortest. */
export function circleThrough(app: string, connects: ReadonlyMap<string, string[]>): string[] | null {
  const seen = new Set<string>();
  let ways = [[app]];
  while (ways.length > 0) {
    const longer: string[][] = [];
    for (const way of ways)
      for (const next of connects.get(way.at(-1)!) ?? []) {
        if (next === app) return [...way, app];
        if (!seen.has(next)) longer.push([...way, next]);
        seen.add(next);
      }
    ways = longer;
  }
  return null;
}

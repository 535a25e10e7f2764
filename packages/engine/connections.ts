// Service communication: the addresses of the apps that an app connects to, looked up where a driver is handed its
// spec, so that every kind gets them the same way. Costs nothing where nothing is connected.
import { circleThrough, startedAfresh, variableFor, withConnections } from "#core/connect/connections.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Manifest } from "#core/manifest/schema.ts";
import { specFor } from "#core/manifest/spec-for.ts";
import type { ControlDeps } from "./deps.ts";
import { identified, identityNotes } from "./identity.ts";

/** So many apps are looked at for a circle. */
const MOST_APPS = 50;

/** The spec as the app is to see it: with an address for each app that it connects to and that has one, and with who may call whom. */
export async function connected(deps: ControlDeps, environment: string, spec: Spec): Promise<Spec> {
  if (!spec.connect?.length && !spec.allow?.length) return spec;
  return identified(deps, environment, await addressed(deps, environment, spec));
}

async function addressed(deps: ControlDeps, environment: string, spec: Spec): Promise<Spec> {
  if (!spec.connect?.length) return spec;
  const endpoints = await endpointsOf(deps, environment, spec.connect);
  return { ...spec, config: withConnections(spec.config, endpoints) };
}

/** What the dry run and the plan say: who is not there yet, and who waits for whom in a circle. */
export async function connectionNotes(deps: ControlDeps, environment: string, spec: Spec): Promise<string[]> {
  const [addresses, identities] = await Promise.all([
    addressNotes(deps, environment, spec),
    identityNotes(deps, environment, spec),
  ]);
  return [...addresses, ...identities];
}

async function addressNotes(deps: ControlDeps, environment: string, spec: Spec): Promise<string[]> {
  if (!spec.connect?.length) return [];
  const endpoints = await endpointsOf(deps, environment, spec.connect);
  // What the manifest sets by hand stands: nobody is missed.
  const byHand = (app: string) => Object.hasOwn(spec.config, variableFor(app));
  const missing = spec.connect.filter((app) => endpoints.get(app) === null && !byHand(app));
  const circle = circleThrough(spec.app, await connectsAround(deps, environment, spec));
  return [
    ...missing.map(
      (app) =>
        `connect: ${app} has no endpoint in ${environment} yet, so ${variableFor(app)} is not set; deploy it, then ${startedAfresh(spec)}.`,
    ),
    ...(circle ? [`connect: ${circle.join(" → ")} is a circle: each needs another to be there first.`] : []),
  ];
}

async function endpointsOf(
  deps: ControlDeps,
  environment: string,
  apps: string[],
): Promise<Map<string, string | null>> {
  const targets = await Promise.all(apps.map((app) => deps.store.targets.get({ app, environment })));
  return new Map(apps.map((app, i) => [app, targets[i]?.endpoint ?? null]));
}

/** Whom each app connects to, from this one on, as their manifests say. */
async function connectsAround(
  deps: ControlDeps,
  environment: string,
  spec: Spec,
): Promise<Map<string, string[]>> {
  const connects = new Map<string, string[]>([[spec.app, spec.connect ?? []]]);
  const waiting = [...(spec.connect ?? [])];
  while (waiting.length > 0 && connects.size < MOST_APPS) {
    const app = waiting.shift()!;
    if (connects.has(app)) continue;
    const known = await deps.store.apps.get(app);
    const next = known ? (specFor(known.manifest as unknown as Manifest, environment).connect ?? []) : [];
    connects.set(app, next);
    waiting.push(...next);
  }
  return connects;
}

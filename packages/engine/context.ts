// Whom a driver's verb is about: the environment's settings, the releases by version, and the spec of the version
// that the step brings. A way back runs the earlier release as its own manifest says.
import type { Deployment } from "#core/domain/deployment.ts";
import type { Environment } from "#core/domain/environment.ts";
import type { Release } from "#core/domain/release.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import type { Manifest } from "#core/manifest/schema.ts";
import { specFor } from "#core/manifest/spec-for.ts";
import { connected } from "./connections.ts";
import type { ControlDeps, EngineDeps } from "./deps.ts";

/** For a step of a deployment that brings `version` (`null`: takes away). */
export async function contextFor(
  deps: ControlDeps,
  deployment: Deployment,
  version: string | null,
): Promise<TargetContext> {
  const { app, environment, spec } = deployment;
  const own = version === null || version === deployment.version;
  const [place, release] = await Promise.all([
    needEnvironment(deps, environment),
    own ? null : needRelease(deps, app, version),
  ]);
  const its = release ? { ...specOf(release, environment), rollout: spec.rollout } : counted(deployment);
  return contextOf(deps, app, place, await connected(deps, environment, its));
}

/** Once it is planned, with the count that it is to leave: one that was scaled has another than its manifest. */
function counted({ spec, startedAt, health, ending }: Deployment): Spec {
  return startedAt === null || ending !== null || health.desired === 0
    ? spec
    : { ...spec, replicas: health.desired };
}

type Placed = ControlDeps & Partial<Pick<EngineDeps, "driver" | "account">>;

export function contextOf(deps: Placed, app: string, environment: Environment, spec: Spec): TargetContext {
  assertAccount(deps, environment);
  const known = new Map<string, Promise<Release>>();
  const release = (version: string) => {
    const there = known.get(version) ?? needRelease(deps, app, version);
    known.set(version, there);
    return there;
  };
  return { app, environment, spec, clock: deps.clock, release };
}

/** Nothing is ever looked at or changed in another account or region than the environment says. */
function assertAccount({ driver, account }: Placed, { name, accounts }: Environment): void {
  const wanted = driver && accounts?.[driver.kind];
  if (!driver || (wanted?.id === account?.id && wanted?.region === account?.region)) return;
  const where = (one: { id: string; region?: string | undefined } | undefined) =>
    one ? `account ${one.id}${one.region ? `, ${one.region}` : ""}` : "Tutti's own account";
  throw new TuttiError(
    "platform_denied",
    `Targets of ${driver.kind} in ${name} live in ${where(wanted)}, and this driver works in ${where(account)}.`,
  );
}

export async function needEnvironment(deps: ControlDeps, name: string): Promise<Environment> {
  const environment = await deps.store.environments.get(name);
  if (!environment)
    throw new TuttiError("not_found", `There is no environment ${name}; an operator sets it up.`);
  return environment;
}

export async function needRelease(deps: ControlDeps, app: string, version: string): Promise<Release> {
  const release = await deps.store.releases.get(app, version);
  if (!release) throw new TuttiError("not_found", `${app} has no release ${version}.`);
  return release;
}

/** The release's manifest made whole for the environment. */
export function specOf(release: Pick<Release, "manifest">, environment: string): Spec {
  return specFor(release.manifest as unknown as Manifest, environment);
}

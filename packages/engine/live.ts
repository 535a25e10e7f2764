// What a target is now, for calls that belong to no deployment: its current release's spec, the count it is to have,
// and whether a deployment is under way (then nothing is drift).
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import type { Target } from "#core/domain/target.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import type { TargetName } from "#store/targets.ts";
import { connected } from "./connections.ts";
import { contextOf, needEnvironment, needRelease, specOf } from "./context.ts";
import type { ControlDeps } from "./deps.ts";
import { settledTarget } from "./settled-target.ts";

export type LiveTarget = { target: Target; context: TargetContext; active: Deployment | null };

/** Throws `not_found` for a target that was never deployed. */
export async function liveTarget(deps: ControlDeps, name: TargetName): Promise<LiveTarget> {
  const [kept, environment] = await Promise.all([
    deps.store.targets.need(name),
    needEnvironment(deps, name.environment),
  ]);
  const owner = await owningDeployment(deps, kept);
  const active = owner && !isEnded(owner.status) ? owner : null;
  // One that has ended may hold the lock for a while; what it left there is what should be there.
  const target = owner && !active ? settledTarget(kept, owner) : kept;
  const spec = await connected(deps, name.environment, await liveSpec(deps, target, active));
  const context = contextOf(deps, name.app, environment, spec);
  return { target, active, context: active ? context : { ...context, current: target.release } };
}

async function owningDeployment(deps: ControlDeps, { lock }: Target): Promise<Deployment | null> {
  return lock?.owner.startsWith("dep_") ? deps.store.deployments.get(lock.owner) : null;
}

async function liveSpec(deps: ControlDeps, target: Target, active: Deployment | null) {
  if (target.release !== null) {
    const release = await needRelease(deps, target.app, target.release);
    return { ...specOf(release, target.environment), replicas: target.desired };
  }
  if (active) return active.spec;
  // Nothing was left running; any release tells how to look.
  const { items } = await deps.store.releases.list(target.app, { limit: 1 });
  if (items[0]) return specOf(items[0], target.environment);
  throw new TuttiError("not_found", `${target.app} has no release to look for in ${target.environment}.`);
}

// An identity that grows old is renewed long before it is over: by fresh copies where they can be asked for, else for those that
// the platform starts next.
import { ageDays, canHoldIdentity, isDue } from "#core/identity/identity.ts";
import type { TargetName } from "#store/targets.ts";
import { needRelease, specOf } from "./context.ts";
import type { EngineDeps } from "./deps.ts";
import type { FollowUp } from "./heal/pass.ts";
import { issue } from "./identity.ts";

/** `null`: there is none, it is young, or it is not the moment; then the next look finds it. */
export async function findDueIdentity(deps: EngineDeps, name: TargetName): Promise<FollowUp | null> {
  const { release: version, lock, identity } = await deps.store.targets.need(name);
  const now = deps.clock.now();
  if (!identity || version === null || lock !== null || !isDue(identity, now)) return null;
  const spec = specOf(await needRelease(deps, name.app, version), name.environment);
  if (!spec.connect?.length || !canHoldIdentity(spec)) return null;
  if (!deps.driver.capabilities.freshOnRequest) {
    await issue(deps, name);
    return null;
  }
  const why = `its identity is ${Math.floor(ageDays(identity, now))} days old`;
  return {
    from: version,
    to: version,
    why,
    does: `renews it by a restart of ${version}`,
    by: "identity renewal",
  };
}

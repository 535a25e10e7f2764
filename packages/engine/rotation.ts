// Rotation: where a secret has another version than when the copies that run were planned, fresh copies are asked for, by a
// deployment like any other. Each plan remembers the versions that it saw; what changes after that is seen here, once a minute.
import type { TargetName } from "#store/targets.ts";
import { needRelease, specOf } from "./context.ts";
import type { EngineDeps } from "./deps.ts";
import type { FollowUp } from "./heal/pass.ts";
import { secretVersions } from "./secrets.ts";

/** `null`: nothing was rotated, nobody wants to know, or it is not the moment; then the next look finds it. */
export async function findRotated(deps: EngineDeps, name: TargetName): Promise<FollowUp | null> {
  const target = await deps.store.targets.need(name);
  const { release: version, lock, secretVersions: known } = target;
  if (version === null || lock !== null || known === undefined) return null;
  const spec = specOf(await needRelease(deps, name.app, version), name.environment);
  if (spec.onSecretRotation !== "redeploy") return null;
  const now = await secretVersions(deps, spec);
  // One that is gone would stop every start: the copies that run are better than none.
  if ([...now.values()].includes(null)) return null;
  const rotated = [...now].filter(
    ([reference, id]) => known[reference] !== undefined && known[reference] !== id,
  );
  if (rotated.length === 0) return null;
  const why = `${rotated.map(([reference]) => reference).join(", ")} was rotated`;
  return { from: version, to: version, why, does: `restarts ${version}` };
}

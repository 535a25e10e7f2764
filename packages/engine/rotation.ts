// Rotation: where a secret has another version than when the copies that run were planned, fresh copies are asked for, by a
// deployment like any other. Each plan remembers the versions that it saw; what changes after that is seen here, once a minute.
import type { HealingAction } from "#core/domain/healing-run.ts";
import { TuttiError } from "#core/errors.ts";
import type { TargetName } from "#store/targets.ts";
import { needRelease, specOf } from "./context.ts";
import type { EngineDeps } from "./deps.ts";
import { secretVersions } from "./secrets.ts";
import { submit } from "./submit.ts";

/** Who asks, in the deployment and its log. */
export const ROTATION = "secret rotation";

/** `null`: nothing was rotated, nobody wants to know, or it is not the moment; then the next look finds it. */
export async function restartRotated(deps: EngineDeps, name: TargetName): Promise<HealingAction | null> {
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
  const id = await restart(deps, name, version, spec);
  const finding = `${rotated.map(([reference]) => reference).join(", ")} was rotated`;
  return id === null
    ? null
    : { replica: null, finding, action: `restarts ${version} with ${id}`, result: "begun" };
}

/** Its plan remembers the new versions. `null` in a freeze, and where somebody was faster. */
async function restart(
  deps: EngineDeps,
  name: TargetName,
  version: string,
  spec: ReturnType<typeof specOf>,
): Promise<string | null> {
  try {
    const asked = {
      ...name,
      version,
      spec,
      createdBy: ROTATION,
      trigger: "restart",
      purpose: "restart",
    } as const;
    return (await submit(deps, { ...asked, onConflict: "reject" })).id;
  } catch (error) {
    const waits = error instanceof TuttiError && (error.code === "frozen" || error.code === "target_busy");
    if (!waits) throw error;
    return null;
  }
}

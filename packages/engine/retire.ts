// Takes a target away with all that its driver owns; the API calls it when an app is deleted.
import type { RetireOptions } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import type { TargetName } from "#store/targets.ts";
import { asking } from "./asking.ts";
import type { EngineDeps } from "./deps.ts";
import { removeIdentity } from "./identity.ts";
import { liveTarget } from "./live.ts";

/** Idempotent: a target that is not there is fine. Throws `target_busy` while a deployment is under way. */
export async function retire(
  deps: EngineDeps,
  { deleteVolumes = false, ...name }: TargetName & RetireOptions,
): Promise<{ retired: boolean }> {
  if (!(await deps.store.targets.get(name))) return { retired: false };
  const { context, active } = await liveTarget(deps, name);
  if (active) {
    throw new TuttiError(
      "target_busy",
      `${active.id} is under way on ${name.app}/${name.environment}; abort it first.`,
    );
  }
  await asking(() => deps.driver.retire({ ...context, note: deps.log.warn }, { deleteVolumes }));
  await removeIdentity(deps, name);
  await deps.store.targets.remove(name);
  return { retired: true };
}

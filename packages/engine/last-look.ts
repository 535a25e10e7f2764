// The last look of a deployment: what has changed something ends only when somebody has seen what came of it. A platform that does
// not answer is asked again for a while.
import type { Deployment } from "#core/domain/deployment.ts";
import type { Fleet } from "#core/domain/replica.ts";
import { asking } from "./asking.ts";
import { contextFor } from "./context.ts";
import type { EngineDeps } from "./deps.ts";
import { isLeftOver } from "./left-over.ts";

export type Sight = {
  fleet: Fleet;
  /** Not all that runs is what the deployment ends with. */
  leftOver: boolean;
};

/** With the workflow's attempts some minutes; one of them has 120 s (workflows/rollout.ts). */
const PATIENCE_MS = 45_000;
const BETWEEN_LOOKS_MS = 2_000;

/** What runs when it has ended. */
export function versionLeft({ ending, version, previousVersion }: Deployment): string | null {
  return ending === null ? version : previousVersion;
}

export async function lastLook(deps: EngineDeps, deployment: Deployment): Promise<Sight> {
  const context = await contextFor(deps, deployment, versionLeft(deployment));
  const fleet = await asking(() => deps.driver.inspect(context));
  return { fleet, leftOver: isLeftOver(deps, deployment, { fleet, spec: context.spec }) };
}

/** Throws what the last look threw. */
export async function untilSeen(deps: EngineDeps, deployment: Deployment): Promise<Sight> {
  const untilMs = deps.clock.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await lastLook(deps, deployment);
    } catch (error) {
      if (deps.clock.now() >= untilMs) throw error;
      deps.log.warn("what runs could not be seen at the end of a deployment", {
        deployment: deployment.id,
        error: String(error),
      });
    }
    await deps.clock.sleep(BETWEEN_LOOKS_MS);
  }
}

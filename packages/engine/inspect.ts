// A live read through the driver, kept as the target's snapshot.
import { instant } from "#core/clock.ts";
import type { Fleet } from "#core/domain/replica.ts";
import type { LiveScaling } from "#core/domain/scaling.ts";
import type { Target } from "#core/domain/target.ts";
import type { TargetName } from "#store/targets.ts";
import { asking } from "./asking.ts";
import type { EngineDeps } from "./deps.ts";
import { liveTarget } from "./live.ts";
import { withValue } from "./measure.ts";

/** As `targetView(target, live)` of core takes it. */
export type Inspection = { target: Target; live: { fleet: Fleet; observedAt: string } };

export async function inspect(deps: EngineDeps, name: TargetName): Promise<Inspection> {
  const { context, target: before } = await liveTarget(deps, name);
  const seen = await asking(() => deps.driver.inspect(context));
  const fleet = seen.scaling ? { ...seen, scaling: await withValue(deps, told(seen.scaling, before)) } : seen;
  const { release, desired, degraded } = before;
  const target = { ...(await deps.store.targets.setSnapshot(name, fleet)), release, desired, degraded };
  return { target, live: { fleet, observedAt: instant(deps.clock.now()) } };
}

/** What Tutti did by itself is remembered with the target. */
function told(scaling: LiveScaling, { scalings = [] }: Target): LiveScaling {
  return scaling.chosenBy === "tutti" ? { ...scaling, activities: scalings } : scaling;
}

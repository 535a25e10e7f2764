// What is live, as plans are made from it: with the copies whose disks nobody sees any more, where copies are updated in place.
import type { Fleet } from "#core/domain/replica.ts";
import type { Target } from "#core/domain/target.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { withLost } from "#core/plan/lost-disks.ts";
import { asking } from "./asking.ts";
import type { EngineDeps } from "./deps.ts";
import { assertHere } from "./what-is-here.ts";

/** Throws `platform_denied` where the environment names something that the kind cannot reach. */
export async function fleetToPlan(
  { driver, home }: Pick<EngineDeps, "driver" | "home">,
  context: TargetContext,
  target: Target | null,
): Promise<Fleet> {
  assertHere({ driver, home }, context.environment);
  const fleet = await asking(() => driver.inspect(context));
  return driver.capabilities.inPlace ? withLost(fleet, target) : fleet;
}

// Takes away all that the driver made for a target: its services (each copy leaves traffic and ends what it has begun), then
// the listener and the target groups, then the family's revisions. Idempotent; nothing there is fine. And what is left over
// at the end of a deployment: a second service that never got, or has lost, its traffic; and scaling is as the release that stays has it.
import type { TargetContext } from "#core/driver/driver.ts";
import { type Container, whoOf } from "./container.ts";
import { mainSide, readLive, type SideLive } from "./live.ts";
import { deregisterAll, pruneRevisions } from "./revisions.ts";
import { applyScaling, takeServiceAway } from "./scaling.ts";

/** One call of the driver's function has to see the end of it. */
const LONGEST_DRAIN_SECONDS = 90;
const BETWEEN_LOOKS_MILLISECONDS = 250;

export async function retire(container: Container, target: TargetContext): Promise<void> {
  const { sides } = await readLive(container, target);
  for (const { service } of sides) await takeServiceAway(container, target, service);
  // Without its listener a connection is cut at once, so the requests under way come first.
  if (!(await haveLeft(container, target)))
    target.note?.(`${target.app}/${target.environment.name}: its services were still draining at the end`);
  await container.balancer.remove(whoOf(target));
  await deregisterAll(container, target);
}

async function haveLeft(container: Container, target: TargetContext): Promise<boolean> {
  const { clock } = target;
  for (const until = clock.now() + LONGEST_DRAIN_SECONDS * 1000; ; ) {
    const { sides, leaving } = await readLive(container, target);
    if (sides.length + leaving.length === 0) return true;
    if (clock.now() >= until) return false;
    await clock.sleep(BETWEEN_LOOKS_MILLISECONDS);
  }
}

export async function tidy(container: Container, target: TargetContext): Promise<void> {
  const live = await readLive(container, target);
  const main = mainSide(live);
  // Without a listener nobody can say who serves.
  if (!main || Object.keys(live.weights).length === 0) return;
  for (const { service, percent } of live.sides.filter((one) => one !== main)) {
    if (percent === 0) await takeServiceAway(container, target, service);
  }
  await applyScaling(container, target, main.service);
  await pruneRevisions(container, target, namedBy(live.sides));
}

/** By what is to run, and by what still runs. */
function namedBy(sides: SideLive[]): Set<string> {
  const named = sides.flatMap(({ service }) => [
    service.taskDefinition,
    ...(service.deployments ?? []).map((one) => one.taskDefinition),
  ]);
  return new Set(named.flatMap((arn) => arn ?? []));
}

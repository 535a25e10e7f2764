// Copies that serve are restarted only once their requests have ended.
import type { TargetContext } from "#core/driver/driver.ts";
import type { Backend, BackendHealth, Balancer } from "./balancer.ts";

/** A repair has its time (engine/heal/lend.ts). */
const LONGEST_DRAIN_SECONDS = 30;
const DRAIN_LOOK_MS = 250;

/** Takes them out of traffic and waits until that has let them go. Never the last ones that serve: those stay where they are. */
export async function leaveTraffic(
  balancer: Pick<Balancer, "deregister" | "health">,
  { clock, spec }: Pick<TargetContext, "clock" | "spec">,
  { targetGroupArn, backends }: { targetGroupArn: string; backends: BackendHealth[] },
  isLeaving: (backend: Backend) => boolean,
): Promise<void> {
  const healthy = backends.filter((one) => one.state === "healthy");
  const leaving = healthy.filter(isLeaving);
  if (leaving.length === healthy.length) return;
  await balancer.deregister(targetGroupArn, leaving);
  const untilMs = clock.now() + 1000 * Math.min(spec.rollout.drainSeconds + 2, LONGEST_DRAIN_SECONDS);
  for (let left = leaving.length; left > 0 && clock.now() < untilMs; ) {
    await clock.sleep(DRAIN_LOOK_MS);
    left = (await balancer.health(targetGroupArn)).filter(isLeaving).length;
  }
}

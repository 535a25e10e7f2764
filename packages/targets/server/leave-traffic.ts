// Takes the hosts of a step out of traffic, and holds those back whose leaving would cost too much: where another copy
// has died since the plan was made, a healthy one is not drained before enough others are healthy again.
import type { Step } from "#core/domain/step.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { unavailableAllowed } from "#core/plan/batches.ts";
import type { BackendHealth } from "#targets/balancer/balancer.ts";
import { isOf } from "./ports.ts";
import type { Server } from "./server.ts";
import type { HostState, StepState } from "./state.ts";

type Rules = { target: Pick<TargetContext, "spec" | "app" | "environment">; step: Step };

/** For the hosts in phase `from` (all that are ready when the step begins): those in traffic are drained now, or wait for a later look. */
export async function leaveTraffic(
  { balancer, names }: Pick<Server, "balancer" | "names">,
  rules: Rules,
  state: StepState,
  backends: BackendHealth[],
  from: "ready" | "waiting",
): Promise<void> {
  const of = ({ host }: HostState) => backends.filter((one) => isOf(one, host, state.ports));
  const leaving = state.hosts.filter(({ phase }) => phase === from);
  const held = heldBack(rules, state, leaving, backends);
  const drained = leaving.filter((one) => !held.has(one) && of(one).length > 0);
  // First its name, since who has asked for it comes without the balancer.
  await names.leave(rules.target, drained.flatMap(of));
  await balancer.deregister(
    state.targetGroupArn!,
    drained.flatMap(of).filter((one) => one.state !== "draining"),
  );
  for (const one of leaving) {
    if (held.has(one)) Object.assign(one, { phase: "waiting", detail: held.get(one) });
    else if (drained.includes(one)) Object.assign(one, { phase: "draining", detail: "leaving traffic" });
    else one.phase = "ready";
  }
}

/**
 * Only for the sake of copies that are registered and not healthy: those that were set aside as failures are out of the
 * target group, and nobody waits for them. A host that is not healthy itself has nothing to lose.
 */
function heldBack(
  { target, step }: Rules,
  state: StepState,
  leaving: HostState[],
  backends: BackendHealth[],
): Map<HostState, string> {
  const { replicas: desired, rollout } = target.spec;
  const isOwn = (one: BackendHealth) => state.hosts.some(({ host }) => isOf(one, host, state.ports));
  const healthy = backends.filter((one) => one.state === "healthy");
  const lame = backends.some(
    (one) => !isOwn(one) && ["initial", "unhealthy", "unavailable"].includes(one.state),
  );
  if (step.action === "remove" || !lame) return new Map();
  const mustStay = desired - unavailableAllowed(rollout, desired);
  const spare = Math.max(0, healthy.length - mustStay);
  const reason = `waits for another healthy copy: ${healthy.length} of ${desired} healthy, ${mustStay} must stay`;
  const costly = leaving
    .filter(({ host }) => healthy.some((one) => isOf(one, host, state.ports)))
    .slice(spare);
  return new Map(costly.map((one) => [one, reason]));
}

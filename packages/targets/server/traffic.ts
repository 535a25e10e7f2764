// Into traffic and out of it: what the load balancer says of the hosts of a step, and who joins because it is healthy by
// its own word.
import type { NewEvent } from "#core/domain/event.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Step } from "#core/domain/step.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import type { BackendHealth } from "#targets/balancer/balancer.ts";
import { nearestLegal } from "#targets/balancer/target-health.ts";
import { leaveTraffic } from "./leave-traffic.ts";
import { isOf, type Ports } from "./ports.ts";
import type { Server } from "./server.ts";
import type { HostState, StepState } from "./state.ts";

/** What the load balancer says moves hosts that leave traffic, come into it, or are in it. */
export async function lookAtTraffic(
  server: Server,
  rules: { target: TargetContext; step: Step },
  state: StepState,
): Promise<void> {
  const concerned = state.hosts.filter(({ phase }) =>
    ["waiting", "draining", "joining", "rejected", "serving"].includes(phase),
  );
  if (state.targetGroupArn === null || concerned.length === 0) return;
  const backends = await server.balancer.health(state.targetGroupArn);
  for (const one of concerned)
    if (one.phase !== "waiting") lookAtHost(one, backends, state.ports, rules.target);
  if (concerned.some(({ phase }) => phase === "waiting"))
    await leaveTraffic(server, rules, state, backends, "waiting");
}

function lookAtHost(
  one: HostState,
  backends: BackendHealth[],
  ports: Ports,
  { spec, clock }: TargetContext,
): void {
  if (one.phase === "draining") {
    const mine = backends.filter((backend) => isOf(backend, one.host, ports));
    if (mine.every(({ state }) => state === "unused")) one.phase = "ready";
    return;
  }
  const backend = backends.find(({ address, port }) => address === one.host.address && port === one.port);
  one.phase = backend?.state === "healthy" ? "serving" : "joining";
  if (backend?.state !== "unhealthy") delete one.rejectedAtMs;
  else {
    one.rejectedAtMs ??= clock.now();
    one.detail = `the load balancer says: ${backend.detail}`;
    // Healthy by its own word, it may have been looked at in a bad moment: the load balancer gets the time to look again.
    if (clock.now() - one.rejectedAtMs >= patienceMs(spec.health)) one.phase = "rejected";
  }
  if (!backend) one.detail = "not registered at the load balancer";
}

/** The grace, or as long as the load balancer needs to change its mind. */
function patienceMs(health: Spec["health"]): number {
  const { healthyThreshold, intervalSeconds } = nearestLegal(health);
  return 1000 * Math.max(health.graceSeconds, healthyThreshold * intervalSeconds);
}

/** Who has become healthy by its own word is registered; without a load balancer there is nothing to join. */
export async function joinTraffic(
  { balancer }: Server,
  state: StepState,
  before: StepState,
): Promise<NewEvent[]> {
  const joined = state.hosts.filter(
    (one, index) => one.phase === "joining" && !isJoined(before.hosts[index]!),
  );
  if (joined.length === 0) return [];
  if (state.targetGroupArn === null) for (const one of joined) one.phase = "serving";
  else {
    const backends = joined.map(({ host, port }) => ({ address: host.address, port: port! }));
    await balancer.register(state.targetGroupArn, backends);
  }
  return joined.map(({ host, version, port }) => ({
    type: "replica",
    replica: host.id,
    message: `${host.id} runs ${version} on ${host.address}:${port}`,
  }));
}

function isJoined({ phase }: HostState): boolean {
  return phase === "joining" || phase === "rejected" || phase === "serving";
}

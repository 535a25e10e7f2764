// One look at a step under way (it moves on where its next phase is due), or at a bake, where it only looks: then the load
// balancer's word is enough, and costs one call.

import type { Step } from "#core/domain/step.ts";
import type { Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import { type BackendHealth, placeBehind } from "#targets/balancer/balancer.ts";
import { advance } from "./advance.ts";
import { applyStep } from "./apply.ts";
import { findHosts, type Host, placesOf, poolOf } from "./hosts.ts";
import { inspectTarget } from "./inspect.ts";
import { isOf, type Ports, portsOf } from "./ports.ts";
import type { Server } from "./server.ts";
import type { StepState } from "./state.ts";

type BakeState = { targetGroupArn: string; hosts: Host[]; ports: Ports };

export async function checkStep(
  server: Server,
  target: TargetContext,
  step: Step,
  state: unknown,
): Promise<Progress> {
  if (step.type === "bake") return bake(server, target, step, state as BakeState | null);
  // A state that was lost is made again: what is right already stays as it is.
  if (!state) return applyStep(server, target, step, null);
  return advance(server, target, step, state as StepState);
}

async function bake(
  server: Server,
  target: TargetContext,
  step: Step,
  before: BakeState | null,
): Promise<Progress> {
  const state = before ?? (await bakeState(server, target, step));
  const observations = state
    ? observe(step, state, await server.balancer.health(state.targetGroupArn))
    : await observeAlone(server, target, step);
  return { phase: "running", state, observations };
}

/** `null` without a load balancer: then the hosts themselves are asked. */
async function bakeState(server: Server, target: TargetContext, step: Step): Promise<BakeState | null> {
  const who = placeBehind(target);
  if (!who) return null;
  const [targetGroupArn, all] = await Promise.all([
    server.balancer.find(who),
    findHosts(server.clients, poolOf(target)),
  ]);
  if (targetGroupArn === null) return null;
  const hosts = [...placesOf(all, step.replicas).values()];
  const backends = await server.balancer.health(targetGroupArn);
  return { targetGroupArn, hosts, ports: await portsOf(server, target, hosts, backends) };
}

function observe(step: Step, { hosts, ports }: BakeState, backends: BackendHealth[]): Observation[] {
  return step.replicas.map((replica) => {
    const place = hosts.find((host) => host.id === replica);
    const backend = backends.find((one) => place && isOf(one, place, ports) && one.state !== "draining");
    const healthy = backend?.state === "healthy";
    return {
      replica,
      version: step.version ?? null,
      health: healthy ? "healthy" : backend?.state === "initial" ? "starting" : "unhealthy",
      reachable: true,
      hopeless: false,
      serving: healthy,
      detail: backend?.detail ?? "not registered at the load balancer",
    };
  });
}

async function observeAlone(server: Server, target: TargetContext, step: Step): Promise<Observation[]> {
  const fleet = await inspectTarget(server, target);
  return step.replicas.map((id) => {
    const replica = fleet.replicas.find((one) => one.id === id);
    return {
      replica: id,
      version: replica?.version ?? null,
      health: replica?.health ?? "unknown",
      reachable: !fleet.unreachable.includes(id),
      hopeless: false,
      serving: replica?.health === "healthy",
      detail: replica?.detail ?? "nothing runs here",
    };
  });
}

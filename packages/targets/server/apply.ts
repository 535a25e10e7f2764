// Starts a step: a place behind the load balancer, then every host of the batch that is in traffic is taken out of it.
// (leave-traffic.ts says when). Hosts that were never in traffic go straight on. Started again, it carries on from its
// memory; where that was lost, it finds drained what is drained and installed what is installed (the script sees to that).

import type { Step } from "#core/domain/step.ts";
import type { Progress, TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { placeBehind } from "#targets/balancer/balancer.ts";
import { advance } from "./advance.ts";
import { findHosts, type Host, placesOf, poolOf } from "./hosts.ts";
import { leaveTraffic } from "./leave-traffic.ts";
import { portsOf } from "./ports.ts";
import type { Server } from "./server.ts";
import type { HostState, StepState } from "./state.ts";

export async function applyStep(
  server: Server,
  target: TargetContext,
  step: Step,
  before: StepState | null,
): Promise<Progress> {
  if (before) return advance(server, target, step, before);
  const [targetGroupArn, all] = await Promise.all([
    place(server, target, step),
    findHosts(server.clients, poolOf(target)),
    step.action === "remove" ? null : server.names.ensure(target),
  ]);
  const places = placesOf(all, step.replicas);
  const hosts = step.replicas.map((id) => begin(id, places.get(id), step));
  const state: StepState = { targetGroupArn, hosts, ports: null };
  if (targetGroupArn !== null) {
    const backends = await server.balancer.health(targetGroupArn);
    state.ports = await portsOf(server, target, [...places.values()], backends);
    await leaveTraffic(server, { target, step }, state, backends, "ready");
  }
  return advance(server, target, step, state);
}

/** A removal needs no place; it uses the one that is there. */
async function place(server: Server, target: TargetContext, step: Step): Promise<string | null> {
  const who = placeBehind(target);
  if (!who) return null;
  if (step.action === "remove") return server.balancer.find(who);
  const { port, health, rollout } = target.spec;
  return server.balancer.ensure({ ...who, port, health, drainSeconds: rollout.drainSeconds });
}

function begin(id: string, host: Host | undefined, step: Step): HostState {
  const state: HostState = {
    host: host ?? { id, address: "", online: false },
    phase: "ready",
    verb: step.action === "remove" ? "remove" : "install",
    version: null,
    reachable: true,
    detail: "",
  };
  if (!host)
    return { ...state, phase: "broken", reachable: false, detail: "the host is no longer in its pool" };
  return state;
}

export function assertBatch(step: Step): void {
  if (step.type !== "batch" && step.type !== "bake")
    throw new TuttiError("internal", `A server knows no step of the type ${step.type}.`);
}

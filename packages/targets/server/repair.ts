// Healing: the smallest repair of each replica that is ordered. A process that died or hangs is started again; a healthy one that
// somebody took out of traffic is put back; what was registered by hand is taken out.

import type { Fleet, Replica } from "#core/domain/replica.ts";
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import { everything, ordered, type RepairOrders } from "#core/driver/repair-orders.ts";
import type { Backend } from "#targets/balancer/balancer.ts";
import { leaveTraffic } from "#targets/balancer/leave.ts";
import { type Answer, askHosts } from "./ask-hosts.ts";
import { findHosts, placesOf, poolOf } from "./hosts.ts";
import { outOfTraffic, readTraffic, SAMPLES, strangerSentence, strangersOf } from "./inspect.ts";
import { mendNames } from "./names.ts";
import type { Server } from "./server.ts";

/** A restart and one watch of its start. */
const REPAIR_SECONDS = 45;

export async function repairTarget(
  server: Server,
  target: TargetContext,
  fleet: Fleet,
  orders = everything(fleet),
): Promise<RepairResult[]> {
  const broken = ordered(fleet.replicas, orders);
  const silent = broken.filter(({ id }) => fleet.unreachable.includes(id));
  const mendable = broken.filter(({ id }) => !fleet.unreachable.includes(id));
  if (target.current !== undefined) await letServingLeave(server, target, mendable);
  const answers = await restart(server, target, mendable);
  // Traffic is a deployment's own affair while one is under way.
  const taken = target.current === undefined ? [] : await mendTraffic(server, target, fleet, answers, orders);
  const named = orders.drift ? await mendNames(server, target, fleet.replicas) : [];
  return [...silent.map(leftAlone), ...answers.map(resultOf), ...taken, ...named];
}

/** One that answers well in between still serves: its requests end before it is restarted, and it is registered again when it is well. */
async function letServingLeave(server: Server, target: TargetContext, replicas: Replica[]): Promise<void> {
  const serving = replicas.filter(
    ({ samples, anomalous }) => anomalous || (samples !== undefined && samples.bad < samples.of),
  );
  const traffic = serving.length === 0 ? null : await readTraffic(server, target);
  if (traffic === null) return;
  const addresses = new Set(serving.map((one) => one.address));
  const isTheirs = ({ address, port }: Backend) => addresses.has(`${address}:${port}`);
  await leaveTraffic(server.balancer, target, traffic, isTheirs);
}

async function restart(server: Server, target: TargetContext, replicas: Replica[]): Promise<Answer[]> {
  if (replicas.length === 0) return [];
  const hosts = await findHosts(server.clients, poolOf(target));
  const places = placesOf(
    hosts,
    replicas.map((replica) => replica.id),
  );
  return askHosts(server, target, [...places.values()], "restart", REPAIR_SECONDS, {
    SAMPLES: String(SAMPLES),
  });
}

/** Everything that is healthy by its own word is registered, strangers are not. */
async function mendTraffic(
  { balancer, ...server }: Server,
  target: TargetContext,
  fleet: Fleet,
  answers: Answer[],
  { drift, replicas }: RepairOrders,
): Promise<RepairResult[]> {
  const traffic = await readTraffic({ balancer, ...server }, target);
  if (traffic === null) return [];
  const registered = new Set(traffic.backends.map(({ address, port }) => `${address}:${port}`));
  const missing = answers.flatMap((answer) => {
    const backend = healthyBackend(answer);
    return backend && !registered.has(`${backend.address}:${backend.port}`) ? [backend] : [];
  });
  // One that is restarted is registered when it is well again.
  const asked = new Set(replicas.map(({ replica }) => replica));
  const out = drift ? outOfTraffic(fleet.replicas, fleet.bad).filter(({ id }) => !asked.has(id)) : [];
  await balancer.register(traffic.targetGroupArn, [...missing, ...out.map(backendOf)]);
  const strangers = drift ? strangersOf(fleet.replicas, traffic, target.spec.replicas) : [];
  await balancer.deregister(traffic.targetGroupArn, strangers);
  return [...out.map(putBack), ...strangers.map(takenOut)];
}

function putBack({ id, detail }: Replica): RepairResult {
  const action = "registered at the load balancer";
  return { replica: id, result: "repaired", action, detail: "it gets traffic again", finding: detail };
}

function takenOut({ address, port }: Backend): RepairResult {
  return {
    replica: `${address}:${port}`,
    result: "repaired",
    action: "deregistered",
    detail: "was registered at the load balancer and is no replica",
    finding: strangerSentence({ address, port }),
  };
}

function backendOf({ address }: Replica): Backend {
  const [host = "", port] = (address ?? "").split(":");
  return { address: host, port: Number(port) };
}

function healthyBackend(answer: Answer): Backend | null {
  if (!answer.reached || answer.result.health !== "healthy" || answer.result.port === null) return null;
  return { address: answer.host.address || answer.result.host, port: answer.result.port };
}

function leftAlone({ id, detail }: Replica): RepairResult {
  return { replica: id, result: "failed", action: "none", detail: detail ?? "the host does not answer" };
}

function resultOf(answer: Answer): RepairResult {
  const replica = answer.host.id;
  if (!answer.reached) return { replica, result: "failed", action: "restart", detail: answer.reason };
  const { outcome, health, detail } = answer.result;
  const well = outcome === "ok" && health === "healthy";
  return { replica, result: well ? "repaired" : "failed", action: "restart", detail };
}

// Healing: what somebody changed is put back, and a copy that is broken is stopped, so that ECS starts another in its place.
// Only as many at once as may be away: a broken dependency must not make everything be replaced.
import type { Fleet } from "#core/domain/replica.ts";
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import { resolveAmount } from "#core/plan/amount.ts";
import { deleteService, stopTask } from "./client.ts";
import { type Container, whoOf, wishOf } from "./container.ts";
import { needCluster } from "./definition.ts";
import { ensureService } from "./ensure-service.ts";
import { driftOf } from "./inspect.ts";
import { type Live, mainSide, readLive, type SideLive } from "./live.ts";
import { percentsOf } from "./percents.ts";

export async function repair(
  container: Container,
  target: TargetContext,
  fleet: Fleet,
): Promise<RepairResult[]> {
  const live = await readLive(container, target);
  const mended = target.current ? await mendDrift(container, target, live, target.current) : [];
  return [...mended, ...(await stopBroken(container, target, live, fleet))];
}

async function stopBroken(
  { clients }: Container,
  target: TargetContext,
  { sides }: Live,
  fleet: Fleet,
): Promise<RepairResult[]> {
  const { rollout, replicas } = target.spec;
  const atOnce = Math.max(1, resolveAmount(rollout.maxUnavailable, replicas, "floor"));
  const broken = fleet.replicas.filter(({ health }) => health === "unhealthy").map(({ id }) => id);
  const tasks = sides.flatMap((side) => side.tasks);
  const found = tasks.filter(({ id, health }) => broken.includes(id) && health === "unhealthy");
  const stopped = found.slice(0, atOnce);
  for (const { arn, detail } of stopped)
    await stopTask(clients, needCluster(target).arn, arn, `Tutti: ${detail}`.slice(0, 250));
  return stopped.map(({ id }) => ({
    replica: id,
    repaired: true,
    action: "stopped",
    detail: "ECS starts another copy in its place",
  }));
}

async function mendDrift(
  container: Container,
  target: TargetContext,
  live: Live,
  current: string,
): Promise<RepairResult[]> {
  if (driftOf(live, current).length === 0) return [];
  const main = mainSide(live);
  const side = main?.side ?? (live.leaving.includes("a") ? "b" : "a");
  const results: RepairResult[] = [];
  const told = (action: string, repaired: boolean, detail: string) =>
    results.push({ replica: current, action, repaired, detail });
  if (main?.version !== current || main.service.desiredCount === 0) {
    const made = await ensureService(container, target, live, {
      side,
      version: current,
      count: main && main.service.desiredCount !== 0 ? null : target.spec.replicas,
      percents: percentsOf(target.spec.rollout, main?.service.desiredCount || target.spec.replicas),
    });
    const what = main ? "put the service back" : "made the service again";
    told(what, made !== null, made ? `it is to run ${current}` : "its name is not free yet");
  }
  if (main) await mendTraffic(container, target, live, main, told);
  return results;
}

/** A second service goes only when it has no traffic, and gets none again. */
async function mendTraffic(
  container: Container,
  target: TargetContext,
  { sides, weights }: Live,
  main: SideLive,
  told: (action: string, repaired: boolean, detail: string) => void,
): Promise<void> {
  if (Object.keys(weights).length === 0) {
    await container.balancer.ensure(wishOf(target, main.side));
    told("put the listener back", true, "its target group has a listener again");
  } else if (main.percent !== 100) {
    const shifted = await container.balancer.shift(whoOf(target), { [main.side]: 100 });
    const there = shifted.weights[main.side] === 100;
    told("put the traffic back", there, shifted.refused ?? "all traffic is on the service (read back)");
    if (!there) return;
  }
  for (const { service } of sides.filter((one) => one !== main)) {
    await deleteService(container.clients, needCluster(target).arn, service.serviceName!);
    told("removed the second service", true, `${service.serviceName} had no part in the last release`);
  }
}

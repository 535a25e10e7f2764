// Healing: what somebody changed is put back. A copy that is broken is ECS's own to replace: its scheduler stops a task that
// the load balancer or the image's own check calls unhealthy, and starts another (ECS Developer Guide, "Service load
// balancing" and "Determine task health using container health checks"). Of one that passes its checks and answers badly
// ECS knows nothing: it is stopped, leaves traffic before it ends ("Task lifecycle", DEACTIVATING), and ECS starts another.
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import type { RepairOrders } from "#core/driver/repair-orders.ts";
import type { Side } from "#targets/balancer/sides.ts";
import { stopTask } from "./client.ts";
import { connectDrift } from "./connect.ts";
import { type Container, whoOf, wishOf } from "./container.ts";
import { needCluster } from "./definition.ts";
import { ensureService } from "./ensure-service.ts";
import { driftOf } from "./inspect.ts";
import { type Live, mainSide, readLive, type SideLive } from "./live.ts";
import { percentsOf } from "./percents.ts";
import { applyScaling, countDrift, scalingDrift, takeServiceAway } from "./scaling.ts";
import { volumeDrift } from "./volumes.ts";

export async function repair(
  container: Container,
  target: TargetContext,
  orders: RepairOrders = { replicas: [], drift: true },
): Promise<RepairResult[]> {
  const toReplace = new Set(
    orders.replicas.filter((one) => one.measure === "replace").map((one) => one.replica),
  );
  const mendsDrift = orders.drift && Boolean(target.current);
  if (toReplace.size === 0 && !mendsDrift) return [];
  const live = await readLive(container, target);
  const replaced = await replace(container, target, live, toReplace);
  if (!orders.drift || !target.current) return replaced;
  return [...replaced, ...(await mendDrift(container, target, live, target.current))];
}

async function replace(
  container: Container,
  target: TargetContext,
  { sides }: Live,
  replicas: Set<string>,
): Promise<RepairResult[]> {
  const tasks = sides
    .flatMap((side) => side.tasks)
    .filter(({ id, state }) => replicas.has(id) && state === "running");
  const cluster = needCluster(target).arn;
  for (const { arn } of tasks)
    await stopTask(container.clients, cluster, arn, "It answered requests worse than the other copies did.");
  const detail = "it leaves traffic and ends, and ECS starts another";
  return tasks.map(({ id }) => ({ replica: id, action: "replace", result: "begun", detail }));
}

async function mendDrift(
  container: Container,
  target: TargetContext,
  live: Live,
  current: string,
): Promise<RepairResult[]> {
  const main = mainSide(live);
  const [scaling, count] = main
    ? await Promise.all([
        scalingDrift(container, target, main.service),
        countDrift(container, target, main.service),
      ])
    : [null, null];
  const drift = [...driftOf(live, { ...target, current }), ...(count === null ? [] : [count])];
  if (drift.length === 0 && scaling === null) return [];
  const side = main?.side ?? (live.leaving.includes("a") ? "b" : "a");
  const results: RepairResult[] = [];
  const told: Tell = (action, result, detail) =>
    results.push({ replica: current, action, result, detail, finding: drift.join(" ") });
  const isAsItShould =
    main?.version === current &&
    main.service.desiredCount !== 0 &&
    count === null &&
    connectDrift(target, live, main.side) === null &&
    volumeDrift(target, main.service) === null;
  const keepsCount = Boolean(main?.service.desiredCount) && count === null;
  if (!isAsItShould) await mendService(container, target, live, { side, current, keepsCount }, told);
  if (main) await mendTraffic(container, target, live, main, told);
  if (main && scaling !== null) {
    await applyScaling(container, target, main.service);
    told("set the scaling", "repaired", `it is scaled as the release has it: ${scaling}`);
  }
  return results;
}

type Tell = (action: string, result: RepairResult["result"], detail: string) => void;

async function mendService(
  container: Container,
  target: TargetContext,
  live: Live,
  { side, current, keepsCount }: { side: Side; current: string; keepsCount: boolean },
  told: Tell,
): Promise<void> {
  const has = mainSide(live)?.service.desiredCount;
  const made = await ensureService(container, target, live, {
    side,
    version: current,
    count: keepsCount ? null : target.spec.replicas,
    percents: percentsOf(target.spec.rollout, keepsCount ? has! : target.spec.replicas),
  });
  const what = has === undefined ? "made the service again" : "put the service back";
  told(what, made ? "begun" : "held", made ? `it is to run ${current}` : "its name is not free yet");
}

/** A second service goes only when it has no traffic, and gets none again. */
async function mendTraffic(
  container: Container,
  target: TargetContext,
  { sides, weights }: Live,
  main: SideLive,
  told: Tell,
): Promise<void> {
  if (Object.keys(weights).length === 0) {
    await container.balancer.ensure(wishOf(target, main.side));
    told("put the listener back", "repaired", "its target group has a listener again");
  } else if (main.percent !== 100) {
    const shifted = await container.balancer.shift(whoOf(target), { [main.side]: 100 });
    const there = shifted.weights[main.side] === 100;
    told(
      "put the traffic back",
      there ? "repaired" : "failed",
      shifted.refused ?? "all traffic is on the service (read back)",
    );
    if (!there) return;
  }
  for (const { service } of sides.filter((one) => one !== main)) {
    await takeServiceAway(container, target, service);
    told("removed the second service", "repaired", `${service.serviceName} had no part in the last release`);
  }
}

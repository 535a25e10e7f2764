// What is live: every task of the target's services with the load balancer's word on it, and the services beside what the
// last deployment left. Changes nothing.
import type { Service } from "@aws-sdk/client-ecs";
import { instant } from "#core/clock.ts";
import { EMPTY_FLEET, type Fleet, type Replica } from "#core/domain/replica.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { connectDrift } from "./connect.ts";
import { type Container, whoOf } from "./container.ts";
import { type Live, mainSide, readLive, type SideLive, standing } from "./live.ts";
import { countDrift, liveScaling, scalingDrift } from "./scaling.ts";
import type { Task } from "./tasks.ts";
import { liveVolumes, volumeDrift } from "./volumes.ts";

export async function inspect(container: Container, target: TargetContext): Promise<Fleet> {
  const live = await readLive(container, target);
  const main = mainSide(live);
  const drift = driftOf(live, target);
  if (!main) return { ...EMPTY_FLEET, drift };
  const targetGroupArn = main.service.loadBalancers?.[0]?.targetGroupArn;
  const [endpoint, scaling, volumes] = await Promise.all([
    targetGroupArn ? container.balancer.endpoint(whoOf(target), targetGroupArn) : null,
    target.current ? scalingOf(container, target, main.service) : null,
    liveVolumes(container, target, main.service.taskDefinition, live.sides.flatMap(standing)),
  ]);
  return {
    ...EMPTY_FLEET,
    replicas: live.sides.flatMap((side) => standing(side).map((task) => replicaOf(task, target))),
    endpoint,
    traffic: trafficOf(live),
    drift: [...drift, ...(scaling?.drift ?? [])],
    ...(scaling?.live ? { scaling: scaling.live } : {}),
    ...volumes,
    ...failingOf(main),
    desired: main.service.desiredCount ?? 0,
    keeps: main.version ?? "unknown",
  };
}

async function scalingOf(container: Container, target: TargetContext, service: Service) {
  const [live, ...sentences] = await Promise.all([
    liveScaling(container, target, service),
    scalingDrift(container, target, service),
    countDrift(container, target, service),
  ]);
  return { live, drift: sentences.filter((sentence) => sentence !== null) };
}

function replicaOf(task: Task, { spec, clock }: TargetContext): Replica {
  const young = clock.now() - Date.parse(task.startedAt ?? "") < spec.health.graceSeconds * 1000;
  const health = task.health === "unhealthy" && young ? "starting" : task.health;
  return {
    id: task.id,
    version: task.version ?? "unknown",
    health,
    address: task.ip && `${task.ip}:${spec.port}`,
    startedAt: task.startedAt,
    detail: task.detail,
    ...(task.anomalous ? { anomalous: true } : {}),
  };
}

/** Of the service's present deployment: what another one left is over. */
export function failingOf({ service, tasks }: Pick<SideLive, "service" | "tasks">): Pick<Fleet, "failing"> {
  const own = service.deployments?.[0]?.id;
  const last = tasks.filter(({ failure, deploymentId }) => failure !== null && deploymentId === own).at(-1);
  if (!last) return {};
  return { failing: { startedAt: instant(last.createdAtMs), detail: last.failure! } };
}

/** A side's share is its healthy copies', release by release: in the middle of rolling it has two. */
function trafficOf({ sides }: Live): Fleet["traffic"] {
  const shares = new Map<string, number>();
  for (const { percent, tasks } of sides) {
    const healthy = tasks.filter(({ health }) => health === "healthy");
    for (const { version } of healthy) {
      const name = version ?? "unknown";
      shares.set(name, (shares.get(name) ?? 0) + percent / healthy.length);
    }
  }
  return [...shares]
    .map(([version, percent]) => ({ version, percent: Math.round(percent) }))
    .filter(({ percent }) => percent > 0);
}

/** Sentences about what somebody changed since the last deployment ended; `current` undefined means one is under way. */
export function driftOf(
  live: Live,
  target: Pick<TargetContext, "app" | "environment" | "spec" | "current">,
): string[] {
  const { current } = target;
  if (!current) return [];
  const main = mainSide(live);
  if (!main) return ["The service is gone."];
  const others = live.sides.filter((one) => one !== main);
  return [
    ...definitionDrift(main, current),
    ...[connectDrift(target, live, main.side), volumeDrift(target, main.service)].filter(
      (sentence) => sentence !== null,
    ),
    ...(main.service.desiredCount === 0 ? ["The service's count is 0."] : []),
    ...(main.percent === 100 ? [] : [`The listener sends ${main.percent}% to the service, not all of it.`]),
    ...others.map(({ percent }) => `A second service stands beside it, with ${percent}% of the traffic.`),
  ];
}

function definitionDrift({ version, service }: SideLive, current: string): string[] {
  if (version === current) return [];
  const runs = version ?? `a task definition of somebody else's (${nameOf(service.taskDefinition)})`;
  return [`The service runs ${runs}; the last deployment left ${current}.`];
}

function nameOf(arn = ""): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

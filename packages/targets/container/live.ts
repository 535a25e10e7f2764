// All that is live of a target: its sides, each a service with its tasks and its share of the traffic. A target that is
// rolled has one side; a second one stands beside it during a blue/green or canary, or was left by one.
import type { Service } from "@aws-sdk/client-ecs";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import type { BackendHealth } from "#targets/balancer/balancer.ts";
import { SIDES, type Side } from "#targets/balancer/sides.ts";
import type { Weights } from "#targets/balancer/weights.ts";
import { isAwsError } from "#targets/host/call-aws.ts";
import { describeServices, listTasks } from "./client.ts";
import { type Container, whoOf } from "./container.ts";
import { needCluster } from "./definition.ts";
import { isOurs, serviceNameOf } from "./naming.ts";
import { labelOf } from "./revisions.ts";
import { type Task, taskOf } from "./tasks.ts";

export type SideLive = {
  side: Side;
  service: Service;
  /** Release of the primary deployment; `null` where somebody else made it. */
  version: string | null;
  /** Those that ended in the last hour or so are among them. */
  tasks: Task[];
  /** Of the target's traffic. */
  percent: number;
};

export type Live = {
  sides: SideLive[];
  /** Deleted, with tasks that are still leaving: their names cannot be used yet. */
  leaving: Side[];
  /** As they stand in the listener; empty where there is none. */
  weights: Weights;
};

export async function readLive(container: Container, target: TargetContext): Promise<Live> {
  const names = SIDES.map((side) => serviceNameOf(container.namePrefix, target, side));
  const [services, weights] = await Promise.all([
    describeServices(container.clients, needCluster(target).arn, names),
    container.balancer.weights(whoOf(target)),
  ]);
  const named = SIDES.flatMap((side) => {
    const service = services.find(
      ({ serviceName }) => serviceName === serviceNameOf(container.namePrefix, target, side),
    );
    return service ? [{ side, service }] : [];
  });
  const active = named.filter(({ service }) => service.status === "ACTIVE");
  for (const { service } of active) assertOurs(service, target);
  return {
    sides: await Promise.all(active.map((one) => readSide(container, target, one, weights))),
    leaving: named.filter(({ service }) => service.status === "DRAINING").map(({ side }) => side),
    weights,
  };
}

function assertOurs({ serviceName, tags }: Service, target: TargetContext): void {
  if (isOurs(tags, target)) return;
  throw new TuttiError(
    "conflict",
    `The service ${serviceName} exists and is not Tutti's: it lacks its tags.`,
  );
}

async function readSide(
  container: Container,
  target: TargetContext,
  { side, service }: Pick<SideLive, "side" | "service">,
  weights: Weights,
): Promise<SideLive> {
  const [tasks, backends, label] = await Promise.all([
    listTasks(container.clients, needCluster(target).arn, service.serviceName!),
    readBackends(container, service),
    labelOf(container, service.taskDefinition!),
  ]);
  const read = tasks.map(async (one) => {
    const version = (await labelOf(container, one.taskDefinitionArn!))?.version ?? null;
    return taskOf(one, version, backends, target.spec);
  });
  const sorted = (await Promise.all(read)).sort(
    (a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1),
  );
  return {
    side,
    service: await withNews(container, target, service, sorted),
    version: label?.version ?? null,
    tasks: sorted,
    percent: weights[side] ?? 0,
  };
}

/** A task that ECS has just ended is newer than what was read of its service, whose log says why. */
async function withNews(
  container: Container,
  target: TargetContext,
  service: Service,
  tasks: Task[],
): Promise<Service> {
  if (!tasks.some(({ state, failure }) => state === "ending" && failure !== null)) return service;
  const [again] = await describeServices(container.clients, needCluster(target).arn, [service.serviceName!]);
  return { ...service, events: again?.events ?? service.events };
}

async function readBackends(container: Container, { loadBalancers = [] }: Service): Promise<BackendHealth[]> {
  const arn = loadBalancers[0]?.targetGroupArn;
  if (!arn) return [];
  try {
    return await container.balancer.health(arn);
  } catch (error) {
    // Somebody took the group away: then nobody is in traffic.
    if (isAwsError(error, "TargetGroupNotFoundException")) return [];
    throw error;
  }
}

/** The side that serves: most traffic, else most copies. */
export function mainSide({ sides }: Pick<Live, "sides">): SideLive | undefined {
  const better = (a: SideLive, b: SideLive) =>
    b.percent - a.percent || (b.service.desiredCount ?? 0) - (a.service.desiredCount ?? 0);
  return [...sides].sort(better)[0];
}

/** Those that run, start or leave: not those that have ended. */
export function standing({ tasks }: Pick<SideLive, "tasks">): Task[] {
  return tasks.filter(({ state }) => state !== "ended");
}

// Where and how a task of a service starts: subnet and zone, instance or Fargate, targets and tags.
import type { CapacityProviderStrategyItem, Tag } from "@aws-sdk/client-ecs";
import { offersOf } from "../connect/model.ts";
import { nameOfService, noteOnce } from "../events.ts";
import type { Definition, Deployment, EcsService, LaunchType, Revision, Task } from "../model.ts";
import { lastPart } from "../names.ts";
import { isWanted, type State, tasksOf } from "../state.ts";
import { demandOf } from "../task-definition-checks.ts";
import { startTask } from "../tasks/start-task.ts";
import { findRoom, whyNot } from "./rooms.ts";

export const FARGATE_PLATFORM = "1.4.0";

/** `undefined` where no container instance has room for it. */
export function launchForService(
  state: State,
  service: EcsService,
  deployment: Deployment,
): Task | undefined {
  const { revision } = deployment;
  const definition = state.definitions.get(revision.definitionArn)!;
  const siblings = tasksOf(state, service).filter(isWanted);
  const place = choosePlace(state, service, definition, revision, siblings);
  if (!place) return undefined;
  return startTask(state, {
    clusterArn: service.clusterArn,
    group: `service:${service.name}`,
    startedBy: deployment.id,
    serviceArn: service.arn,
    definition,
    ...demandOf(definition.input),
    ...place,
    overrides: {},
    tags: tagsFor(service, definition),
    ...(deployment.endpoints ? { endpoints: deployment.endpoints, offers: offersOf(revision.connect) } : {}),
    ...(revision.volumes ? { volumes: revision.volumes } : {}),
    targets: revision.loadBalancers.map((balancer) => ({
      groupArn: balancer.targetGroupArn!,
      containerName: balancer.containerName!,
      port: balancer.containerPort!,
    })),
  });
}

type Place = Pick<
  Task,
  "launchType" | "capacityProvider" | "platformVersion" | "instanceArn" | "zone" | "subnetId"
>;

function choosePlace(
  state: State,
  service: EcsService,
  definition: Definition,
  revision: Revision,
  siblings: Task[],
): Place | undefined {
  const subnets = revision.network.subnets ?? [];
  const launchType = launchTypeOf(revision);
  if (launchType === "FARGATE") {
    const subnetId = leastUsed(subnets, siblings);
    const capacityProvider = revision.strategy && chooseProvider(revision.strategy, siblings);
    const zone = zoneOf(state, subnets, subnetId);
    return { launchType, capacityProvider, platformVersion: FARGATE_PLATFORM, zone, subnetId };
  }
  const { placementConstraints: constraints, placementStrategy: strategy } = service.settings;
  const group = `service:${service.name}`;
  const placed = findRoom(state, definition, {
    clusterArn: service.clusterArn,
    group,
    constraints,
    strategy,
  });
  if (placed.instanceArn === undefined) {
    noteOnce(
      state,
      service,
      `${nameOfService(service)} was unable to place a task because no container instance met all of its requirements. ${whyNot(placed)} For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
    );
    return undefined;
  }
  const { zone } = state.instances.get(placed.instanceArn)!;
  const subnetId = subnets.find((subnet) => zoneOf(state, subnets, subnet) === zone) ?? subnets[0]!;
  return { launchType, instanceArn: placed.instanceArn, zone, subnetId };
}

export function launchTypeOf({
  launchType,
  strategy,
}: Pick<Revision, "launchType" | "strategy">): LaunchType {
  return strategy?.length ? "FARGATE" : (launchType ?? "EC2");
}

/** Where the fewest of them are. */
export function leastUsed(subnets: string[], tasks: Task[]): string {
  const used = (subnet: string) => tasks.filter(({ subnetId }) => subnetId === subnet).length;
  return subnets.reduce((best, subnet) => (used(subnet) < used(best) ? subnet : best), subnets[0]!);
}

/** `subnet-…a` is in zone a; others are in the zones in turn, as a VPC's subnets are laid out. */
export function zoneOf({ platform }: State, subnets: string[], subnetId: string): string {
  const named = /-([a-f])$/.exec(subnetId)?.[1];
  return `${platform.region}${named ?? "abcdef"[Math.max(0, subnets.indexOf(subnetId)) % 6]}`;
}

/** First the base, then by weight (API reference, CapacityProviderStrategyItem). */
export function chooseProvider(strategy: CapacityProviderStrategyItem[], tasks: Task[]): string {
  const count = (name: string | undefined) =>
    tasks.filter(({ capacityProvider }) => capacityProvider === name).length;
  const based = strategy.find(({ capacityProvider, base }) => count(capacityProvider) < (base ?? 0));
  if (based) return based.capacityProvider!;
  const load = ({ capacityProvider, base = 0, weight = 0 }: CapacityProviderStrategyItem) =>
    weight === 0 ? Number.POSITIVE_INFINITY : (count(capacityProvider) - base) / weight;
  return strategy.reduce((best, one) => (load(one) < load(best) ? one : best)).capacityProvider!;
}

function tagsFor({ settings, tags }: EcsService, definition: Definition): Tag[] {
  if (settings.propagateTags === "SERVICE") return tags;
  return settings.propagateTags === "TASK_DEFINITION" ? definition.tags : [];
}

export const taskList = (tasks: Task[]) => tasks.map(({ arn }) => `(task ${lastPart(arn)})`).join(" ");

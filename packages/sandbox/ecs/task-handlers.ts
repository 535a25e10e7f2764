// Tasks: run on their own, listed, described and stopped.
import type {
  DescribeTasksRequest,
  ListTasksRequest,
  RunTaskRequest,
  StopTaskRequest,
} from "@aws-sdk/client-ecs";
import { pageOf } from "../machines/pages.ts";
import type { Handler } from "../platform.ts";
import { checkCount, invalid, notImplemented, refuseParts } from "./faults.ts";
import type { Cluster, Definition, Revision, Task } from "./model.ts";
import { arnOf, lastPart } from "./names.ts";
import { chooseProvider, FARGATE_PLATFORM, launchTypeOf, leastUsed, zoneOf } from "./scheduler/launch.ts";
import { findRoom } from "./scheduler/rooms.ts";
import { checkLaunch, readNetwork } from "./service-input.ts";
import { findActiveDefinition, findCluster, type State, save } from "./state.ts";
import { demandOf } from "./task-definition-checks.ts";
import { describeTask } from "./task-view.ts";
import { endTask } from "./tasks/end-task.ts";
import { startTask } from "./tasks/start-task.ts";

export function taskHandlers(state: State): Record<string, Handler> {
  return {
    RunTask: (input: RunTaskRequest) => runTask(state, input),
    StopTask: async (input: StopTaskRequest) => {
      const cluster = findCluster(state, input.cluster);
      const task = state.tasks.get(arnOf(state.platform, "task", cluster.name, lastPart(input.task ?? "")));
      if (!task) throw invalid("The referenced task was not found.");
      const reason = input.reason ?? "Task stopped by user";
      endTask(state, task, { code: "UserInitiated", reason, failed: false });
      await save(state);
      return { task: describeTask(state, task) };
    },
    DescribeTasks: (input: DescribeTasksRequest) => {
      const cluster = findCluster(state, input.cluster);
      if (!input.tasks?.length) throw invalid("Tasks cannot be empty.");
      if (input.tasks.length > 100) throw invalid("Tasks list cannot have more than 100 elements.");
      const arns = input.tasks.map((task) => arnOf(state.platform, "task", cluster.name, lastPart(task)));
      return {
        tasks: arns
          .map((arn) => state.tasks.get(arn))
          .filter((task) => task !== undefined)
          .map((task) => describeTask(state, task, input.include?.includes("TAGS"))),
        failures: arns.filter((arn) => !state.tasks.has(arn)).map((arn) => ({ arn, reason: "MISSING" })),
      };
    },
    ListTasks: (input: ListTasksRequest) => {
      const page = pageOf(select(state, input), input.maxResults ?? 100, input.nextToken);
      return { taskArns: page.items.map(({ arn }) => arn), nextToken: page.next };
    },
  };
}

/** API reference, ListTasks: without a desired status, those that are meant to run. */
function select(state: State, input: ListTasksRequest): Task[] {
  const cluster = findCluster(state, input.cluster);
  const desired = input.desiredStatus ?? "RUNNING";
  const { family, serviceName, startedBy, launchType, containerInstance } = input;
  return [...state.tasks.values()].filter(
    (task) =>
      task.clusterArn === cluster.arn &&
      task.desiredStatus === desired &&
      (!family || state.definitions.get(task.definitionArn)?.family === family) &&
      (!serviceName || task.group === `service:${lastPart(serviceName)}`) &&
      (!startedBy || task.startedBy === startedBy) &&
      (!launchType || task.launchType === launchType) &&
      (!containerInstance || lastPart(task.instanceArn ?? "") === lastPart(containerInstance)),
  );
}

async function runTask(state: State, input: RunTaskRequest) {
  refuseParts(input, ["volumeConfigurations"], "RunTask");
  const cluster = findCluster(state, input.cluster);
  const definition = findActiveDefinition(state, input.taskDefinition);
  if (definition.input.volumes?.some(({ configuredAtLaunch }) => configuredAtLaunch))
    throw notImplemented("RunTask of a task definition with a volume that is configured at launch");
  checkOverrides(input, definition);
  const network = readNetwork(input.networkConfiguration);
  const launch = launchOf(input, cluster);
  checkLaunch(launch, definition);
  const count = checkCount(input.count ?? 1, 1, 10, "count");
  const tasks: Task[] = [];
  const failures: { arn?: string; reason: string }[] = [];
  for (let at = 0; at < count; at++) {
    const place = choosePlace(state, cluster, definition, launch, network.subnets!, input, tasks);
    if (!("zone" in place)) {
      failures.push(place);
      continue;
    }
    const task = startTask(state, {
      clusterArn: cluster.arn,
      group: groupOf(input, definition),
      startedBy: input.startedBy,
      definition,
      ...demandOf(definition.input),
      ...place,
      overrides: input.overrides ?? {},
      tags: [...(input.propagateTags === "TASK_DEFINITION" ? definition.tags : []), ...(input.tags ?? [])],
      targets: [],
    });
    tasks.push(task);
  }
  await save(state);
  return { tasks: tasks.map((task) => describeTask(state, task, true)), failures };
}

type Launch = Pick<Revision, "launchType" | "strategy">;

function launchOf(input: RunTaskRequest, cluster: Cluster): Launch {
  if (input.launchType && input.launchType !== "FARGATE" && input.launchType !== "EC2")
    throw notImplemented(`the launch type ${input.launchType}, only FARGATE and EC2`);
  const asked = input.capacityProviderStrategy ?? (input.launchType ? [] : cluster.defaultStrategy);
  if (asked.length > 0) return { launchType: undefined, strategy: asked };
  return { launchType: (input.launchType as Launch["launchType"]) ?? "EC2", strategy: undefined };
}

const groupOf = ({ group }: RunTaskRequest, { family }: Definition) => group ?? `family:${family}`;

type Place = Pick<
  Task,
  "launchType" | "capacityProvider" | "platformVersion" | "instanceArn" | "zone" | "subnetId"
>;

function choosePlace(
  state: State,
  cluster: Cluster,
  definition: Definition,
  launch: Launch,
  subnets: string[],
  input: RunTaskRequest,
  siblings: Task[],
): Place | { arn?: string; reason: string } {
  const launchType = launchTypeOf(launch);
  if (launchType === "FARGATE") {
    const subnetId = leastUsed(subnets, siblings);
    const capacityProvider = launch.strategy && chooseProvider(launch.strategy, siblings);
    const zone = zoneOf(state, subnets, subnetId);
    return { launchType, capacityProvider, platformVersion: FARGATE_PLATFORM, zone, subnetId };
  }
  const placed = findRoom(state, definition, {
    clusterArn: cluster.arn,
    group: groupOf(input, definition),
    constraints: input.placementConstraints ?? [],
    strategy: input.placementStrategy ?? [],
  });
  if (placed.instanceArn !== undefined) {
    const { zone } = state.instances.get(placed.instanceArn)!;
    const subnetId = subnets.find((subnet) => zoneOf(state, subnets, subnet) === zone) ?? subnets[0]!;
    return { launchType, instanceArn: placed.instanceArn, zone, subnetId };
  }
  if (placed.why === "none") throw invalid("No Container Instances were found in your cluster.");
  return {
    arn: placed.closest,
    reason:
      placed.why === "constraint"
        ? "MemberOf placement constraint unsatisfied."
        : `RESOURCE:${placed.why.toUpperCase()}`,
  };
}

function checkOverrides({ overrides }: RunTaskRequest, definition: Definition): void {
  refuseParts(
    overrides ?? {},
    ["inferenceAcceleratorOverrides", "ephemeralStorage", "cpu", "memory"],
    "overrides",
  );
  const names = definition.input.containerDefinitions?.map(({ name }) => name);
  const unknown = overrides?.containerOverrides?.find(({ name }) => !names?.includes(name));
  if (unknown)
    throw invalid(`Override for container named ${unknown.name} is not a container in the TaskDefinition.`);
}

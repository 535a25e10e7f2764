// Container instances: put up by whoever furnishes the sandbox, since RegisterContainerInstance is the agent's own call.
import type {
  ContainerInstance,
  DeregisterContainerInstanceRequest,
  DescribeContainerInstancesRequest,
  ListContainerInstancesRequest,
  UpdateContainerInstancesStateRequest,
} from "@aws-sdk/client-ecs";
import { pageOf } from "../machines/pages.ts";
import type { Handler } from "../platform.ts";
import { invalid } from "./faults.ts";
import type { Cluster, Instance } from "./model.ts";
import { arnOf, lastPart, newId } from "./names.ts";
import { leftOn, tasksOn } from "./scheduler/rooms.ts";
import { findCluster, isWanted, type State, save } from "./state.ts";
import { endTask } from "./tasks/end-task.ts";

export type InstanceRequest = {
  /** Name or ARN of a cluster that is there. */
  cluster: string;
  /** `i-…`, its EC2 id. */
  id: string;
  /** In CPU units: 1,024 are one core. */
  cpu: number;
  memoryMib: number;
  availabilityZone: string;
  instanceType?: string;
};

/** Idempotent; asked again with other figures, it has those from then on. */
export async function ensureInstance(state: State, request: InstanceRequest): Promise<{ arn: string }> {
  const cluster = findCluster(state, request.cluster);
  const before = [...state.instances.values()].find(
    (one) => one.clusterArn === cluster.arn && one.ec2InstanceId === request.id,
  );
  const id = before?.id ?? newId();
  const instance: Instance = {
    arn: arnOf(state.platform, "container-instance", cluster.name, id),
    id,
    ec2InstanceId: request.id,
    clusterArn: cluster.arn,
    status: before?.status ?? "ACTIVE",
    cpu: request.cpu,
    memory: request.memoryMib,
    zone: request.availabilityZone,
    instanceType: request.instanceType ?? "m7i.large",
    registeredAt: before?.registeredAt ?? state.platform.now(),
    tags: before?.tags ?? [],
  };
  state.instances.set(instance.arn, instance);
  await save(state);
  wakeAll(state, cluster);
  return { arn: instance.arn };
}

/** The instance ends, and its tasks with it. Nothing there is fine. */
export async function removeInstance(state: State, ec2InstanceId: string): Promise<void> {
  for (const instance of [...state.instances.values()].filter((one) => one.ec2InstanceId === ec2InstanceId))
    await forget(state, instance, `Host EC2 (instance ${ec2InstanceId}) terminated.`);
}

async function forget(state: State, instance: Instance, reason: string): Promise<void> {
  for (const task of tasksOn(state, instance))
    endTask(state, task, { code: "TerminationNotice", reason, failed: false });
  state.instances.delete(instance.arn);
  await save(state);
}

function wakeAll(state: State, cluster: Cluster): void {
  for (const service of state.services.values())
    if (service.clusterArn === cluster.arn) state.wake(service.arn);
}

export function instanceHandlers(state: State): Record<string, Handler> {
  return {
    ListContainerInstances: (input: ListContainerInstancesRequest) => {
      const cluster = findCluster(state, input.cluster);
      const all = [...state.instances.values()]
        .filter(({ clusterArn }) => clusterArn === cluster.arn)
        .filter(({ status }) => !input.status || status === input.status);
      const page = pageOf(all, input.maxResults ?? 100, input.nextToken);
      return { containerInstanceArns: page.items.map(({ arn }) => arn), nextToken: page.next };
    },
    DescribeContainerInstances: (input: DescribeContainerInstancesRequest) =>
      pick(state, input.cluster, input.containerInstances),
    UpdateContainerInstancesState: async (input: UpdateContainerInstancesStateRequest) => {
      const { status } = input;
      if (status !== "ACTIVE" && status !== "DRAINING")
        throw invalid("Container instance status should be one of [ACTIVE, DRAINING].");
      const cluster = findCluster(state, input.cluster);
      for (const name of input.containerInstances ?? []) {
        const found = find(state, cluster, name);
        if (found) found.status = status;
      }
      await save(state);
      wakeAll(state, cluster);
      return pick(state, input.cluster, input.containerInstances);
    },
    DeregisterContainerInstance: async (input: DeregisterContainerInstanceRequest) => {
      const found = find(state, findCluster(state, input.cluster), input.containerInstance ?? "");
      if (!found) throw invalid("The referenced container instance was not found.");
      if (!input.force && tasksOn(state, found).some(isWanted))
        throw invalid("Found running tasks on the instance.");
      const described = describe(state, found);
      await forget(state, found, "Container instance was deregistered");
      return { containerInstance: { ...described, status: "INACTIVE" } };
    },
  };
}

function find(state: State, cluster: Cluster, name: string): Instance | undefined {
  return state.instances.get(arnOf(state.platform, "container-instance", cluster.name, lastPart(name)));
}

function pick(state: State, clusterName: string | undefined, names: string[] | undefined) {
  const cluster = findCluster(state, clusterName);
  if (!names?.length) throw invalid("Container instances cannot be empty.");
  const found = names.map((name) => find(state, cluster, name));
  return {
    containerInstances: found.filter((one) => one !== undefined).map((one) => describe(state, one)),
    failures: names
      .filter((_name, at) => !found[at])
      .map((name) => ({
        arn: arnOf(state.platform, "container-instance", cluster.name, lastPart(name)),
        reason: "MISSING",
      })),
  };
}

// The agent keeps these for itself (ECS agent configuration, ECS_RESERVED_PORTS): SSH, Docker, its own.
const RESERVED_PORTS = ["22", "2375", "2376", "51678", "51679"];

function resources(cpu: number, memory: number) {
  return [
    { name: "CPU", type: "INTEGER", integerValue: cpu, doubleValue: 0, longValue: 0 },
    { name: "MEMORY", type: "INTEGER", integerValue: memory, doubleValue: 0, longValue: 0 },
    {
      name: "PORTS",
      type: "STRINGSET",
      stringSetValue: RESERVED_PORTS,
      doubleValue: 0,
      longValue: 0,
      integerValue: 0,
    },
  ];
}

function describe(state: State, instance: Instance): ContainerInstance {
  const tasks = tasksOn(state, instance).filter(isWanted);
  const left = leftOn(state, instance);
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    status: instance.status,
    agentConnected: true,
    runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").length,
    pendingTasksCount: tasks.filter(({ lastStatus }) => lastStatus !== "RUNNING").length,
    registeredResources: resources(instance.cpu, instance.memory),
    remainingResources: resources(left.cpu, left.memory),
    attributes: [
      { name: "ecs.availability-zone", value: instance.zone },
      { name: "ecs.instance-type", value: instance.instanceType },
      { name: "ecs.os-type", value: "linux" },
    ],
    registeredAt: new Date(instance.registeredAt),
    tags: instance.tags,
    version: 1,
  };
}

// Tasks and containers as AWS answers them.
import type { Task as ApiTask, Container } from "@aws-sdk/client-ecs";
import type { ContainerRecord, Task } from "./model.ts";
import type { State } from "./state.ts";

const date = (at: number | undefined) => (at === undefined ? undefined : new Date(at));

export function describeTask(state: State, task: Task, withTags = false): ApiTask {
  const definition = state.definitions.get(task.definitionArn);
  const fargate = task.launchType === "FARGATE";
  return {
    taskArn: task.arn,
    clusterArn: task.clusterArn,
    taskDefinitionArn: task.definitionArn,
    containerInstanceArn: task.instanceArn,
    group: task.group,
    startedBy: task.startedBy,
    launchType: task.launchType,
    capacityProviderName: task.capacityProvider,
    platformVersion: fargate ? task.platformVersion : undefined,
    platformFamily: fargate ? "Linux" : undefined,
    availabilityZone: task.zone,
    cpu: String(task.cpu),
    memory: String(task.memory),
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    connectivity: task.pullStoppedAt ? "CONNECTED" : undefined,
    connectivityAt: date(task.pullStoppedAt),
    healthStatus: healthOf(task, essentialChecks(definition?.input.containerDefinitions)),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    createdAt: date(task.createdAt),
    pullStartedAt: date(task.pullStartedAt),
    pullStoppedAt: date(task.pullStoppedAt),
    startedAt: date(task.startedAt),
    stoppingAt: date(task.stoppingAt),
    executionStoppedAt: date(task.executionStoppedAt),
    stoppedAt: date(task.stoppedAt),
    attachments: [describeInterface(task), ...describeDisk(task)],
    containers: task.containers.map((container) => describeContainer(task, container)),
    overrides: { containerOverrides: [], ...task.overrides },
    attributes: [],
    enableExecuteCommand: false,
    tags: withTags ? task.tags : undefined,
    version: task.version,
  };
}

type Checked = { name?: string; essential?: boolean; healthCheck?: object };

const essentialChecks = (containers: Checked[] = []) =>
  containers
    .filter(({ essential, healthCheck }) => essential !== false && healthCheck)
    .map(({ name }) => name);

/** API reference, Task healthStatus: unhealthy where one essential container is, healthy where all are. */
function healthOf({ containers }: Task, checked: (string | undefined)[]) {
  const found = containers
    .filter(({ name }) => checked.includes(name))
    .map(({ healthStatus }) => healthStatus);
  if (found.includes("UNHEALTHY")) return "UNHEALTHY";
  return found.length > 0 && found.every((status) => status === "HEALTHY") ? "HEALTHY" : "UNKNOWN";
}

const ATTACHMENT: Partial<Record<Task["lastStatus"], string>> = {
  PROVISIONING: "PRECREATED",
  STOPPED: "DELETED",
};

function describeInterface(task: Task) {
  // A locally administered address, made of the IPv4 address as Docker does it.
  const mac = [
    "02",
    "42",
    ...task.address.split(".").map((part) => Number(part).toString(16).padStart(2, "0")),
  ];
  return {
    id: task.attachmentId,
    type: "ElasticNetworkInterface",
    status: ATTACHMENT[task.lastStatus] ?? "ATTACHED",
    details: [
      { name: "subnetId", value: task.subnetId },
      { name: "networkInterfaceId", value: task.interfaceId },
      { name: "macAddress", value: mac.join(":") },
      { name: "privateDnsName", value: `ip-${task.address.replaceAll(".", "-")}.ec2.internal` },
      { name: "privateIPv4Address", value: task.address },
    ],
  };
}

/** API reference, Attachment. */
function describeDisk({ id, volumes = [], volumeId, lastStatus }: Task) {
  const [asked] = volumes;
  if (!asked) return [];
  const { roleArn, sizeInGiB, snapshotId, filesystemType, volumeType } = asked.managedEBSVolume!;
  const told = {
    volumeId,
    volumeName: asked.name,
    roleArn,
    sizeInGiB,
    snapshotId,
    filesystemType,
    volumeType,
  };
  return [
    {
      id: `${id}-disk`,
      type: "AmazonElasticBlockStorage",
      status: volumeId ? (ATTACHMENT[lastStatus] ?? "ATTACHED") : "PRECREATED",
      details: Object.entries({ ...told, deleteOnTermination: true }).flatMap(([name, value]) =>
        value === undefined ? [] : [{ name, value: String(value) }],
      ),
    },
  ];
}

function describeContainer(task: Task, container: ContainerRecord): Container {
  const { arn, ...rest } = container;
  return {
    ...rest,
    containerArn: arn,
    taskArn: task.arn,
    networkInterfaces: [{ attachmentId: task.attachmentId, privateIpv4Address: task.address }],
    networkBindings: [],
  };
}

// Whether a task definition is one that AWS would take: pure. What the sandbox cannot do answers an error that names it.
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from "@aws-sdk/client-ecs";
import { checkCount, clientError, invalid, refuseParts } from "./faults.ts";
import { checkMountPoints, checkVolumes } from "./volume-checks.ts";

const GIB = 1_024;
const steps = (from: number, to: number, step: number) =>
  Array.from({ length: (to - from) / step + 1 }, (_unused, at) => from + at * step);

// Developer guide, "Amazon ECS task definition parameters for Fargate", task size: MiB by CPU units.
const FARGATE_SIZES: Record<number, number[]> = {
  256: [512, GIB, 2 * GIB],
  512: steps(GIB, 4 * GIB, GIB),
  1024: steps(2 * GIB, 8 * GIB, GIB),
  2048: steps(4 * GIB, 16 * GIB, GIB),
  4096: steps(8 * GIB, 30 * GIB, GIB),
  8192: steps(16 * GIB, 60 * GIB, 4 * GIB),
  16384: steps(32 * GIB, 120 * GIB, 8 * GIB),
};

const ECR = /^\d{12}\.dkr\.ecr\./;

export function checkDefinition(input: RegisterTaskDefinitionRequest): RegisterTaskDefinitionRequest {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(input.family ?? ""))
    throw clientError(
      "Invalid 'family' setting for container: up to 255 letters, numbers, hyphens and underscores.",
    );
  refuseParts(input, ["inferenceAccelerators", "proxyConfiguration"], "RegisterTaskDefinition");
  const compatibilities = input.requiresCompatibilities ?? ["EC2"];
  refuseParts({ EXTERNAL: compatibilities.includes("EXTERNAL") }, ["EXTERNAL"], "requiresCompatibilities");
  if (compatibilities.includes("FARGATE")) checkFargate(input);
  else if (input.networkMode !== "awsvpc")
    refuseParts({ [input.networkMode ?? "bridge"]: true }, [input.networkMode ?? "bridge"], "networkMode");
  const volumes = checkVolumes(input.volumes);
  const containers = (input.containerDefinitions ?? []).map((container, at) =>
    checkContainer(container, at, input),
  );
  checkTogether(containers, input);
  return {
    ...input,
    containerDefinitions: containers,
    requiresCompatibilities: compatibilities,
    volumes,
    placementConstraints: input.placementConstraints ?? [],
  };
}

function checkFargate(input: RegisterTaskDefinitionRequest): void {
  if (input.networkMode !== "awsvpc") throw clientError("Fargate only supports network mode ‘awsvpc’.");
  const [cpu, memory] = [cpuUnits(input.cpu), memoryMib(input.memory)];
  if (cpu === undefined || memory === undefined || !FARGATE_SIZES[cpu]?.includes(memory))
    throw clientError(`No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory.`);
  const images = input.containerDefinitions?.map(({ image }) => image ?? "") ?? [];
  if (!input.executionRoleArn && images.some((image) => ECR.test(image)))
    throw clientError("Fargate requires task definition to have execution role ARN to support ECR images.");
  if (!input.executionRoleArn && input.containerDefinitions?.some(({ secrets }) => secrets?.length))
    throw clientError(
      "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    );
}

/** `1024`, `1 vCPU`, `.5 vCPU`. */
export function cpuUnits(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const cores = /^([\d.]+)\s*vcpu$/i.exec(text);
  const units = cores ? Number(cores[1]) * 1_024 : Number(text);
  if (!Number.isInteger(units) || units < 128) throw clientError(`Invalid setting for cpu: ${text}.`);
  return units;
}

/** `2048`, `2 GB`. */
export function memoryMib(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const gib = /^([\d.]+)\s*gb$/i.exec(text);
  const mib = gib ? Number(gib[1]) * GIB : Number(text);
  if (!Number.isInteger(mib) || mib < 4) throw clientError(`Invalid setting for memory: ${text}.`);
  return mib;
}

function checkContainer(
  container: ContainerDefinition,
  at: number,
  input: RegisterTaskDefinitionRequest,
): ContainerDefinition {
  const where = `containerDefinitions[${at}]`;
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(container.name ?? ""))
    throw clientError(`${where}.name may have up to 255 letters, numbers, hyphens and underscores.`);
  if (!container.image) throw clientError("Container.image should not be null or empty.");
  refuseParts(container, NOT_IMPLEMENTED, where);
  const { memory, memoryReservation } = container;
  if (!input.memory && memory === undefined && memoryReservation === undefined)
    throw clientError(
      `Invalid setting for container '${container.name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
    );
  if (memory !== undefined && memoryReservation !== undefined && memoryReservation > memory)
    throw clientError("Invalid setting for container: memoryReservation must not exceed memory.");
  if (memory !== undefined) checkCount(memory, 6, 1_000_000, `${where}.memory`);
  checkHealthCheck(container, where);
  if (container.stopTimeout !== undefined)
    checkCount(
      container.stopTimeout,
      0,
      input.requiresCompatibilities?.includes("FARGATE") ? 120 : 86_400,
      `${where}.stopTimeout`,
    );
  return {
    ...container,
    cpu: container.cpu ?? 0,
    essential: container.essential ?? true,
    environment: container.environment ?? [],
    mountPoints: checkMountPoints(container, input.volumes ?? []),
    volumesFrom: [],
    portMappings: (container.portMappings ?? []).map((port) => checkPort(port, where)),
  };
}

const NOT_IMPLEMENTED = [
  "repositoryCredentials",
  "links",
  "restartPolicy",
  "environmentFiles",
  "volumesFrom",
  "dependsOn",
  "resourceRequirements",
  "firelensConfiguration",
  "credentialSpecs",
  "privileged",
];

type Port = NonNullable<ContainerDefinition["portMappings"]>[number];

function checkPort(port: Port, where: string): Port {
  if (port.containerPortRange) refuseParts(port, ["containerPortRange"], `${where}.portMappings`);
  const containerPort = checkCount(port.containerPort, 1, 65_535, `${where}.portMappings.containerPort`);
  if (port.hostPort !== undefined && port.hostPort !== 0 && port.hostPort !== containerPort)
    throw clientError(
      "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
    );
  checkPortName(port, where);
  return { ...port, containerPort, hostPort: containerPort, protocol: port.protocol ?? "tcp" };
}

/** API reference, PortMapping, name and appProtocol. */
function checkPortName({ name, appProtocol }: Port, where: string): void {
  if (name !== undefined && !/^[a-z0-9_][a-z0-9_-]{0,63}$/.test(name))
    throw clientError(`${where}.portMappings.name ${name} is not valid.`);
  if (appProtocol !== undefined && !["http", "http2", "grpc"].includes(appProtocol))
    throw clientError(`${where}.portMappings.appProtocol ${appProtocol} is not valid.`);
  if (appProtocol !== undefined && name === undefined)
    throw clientError(`${where}.portMappings.appProtocol needs a name.`);
}

/** API reference, HealthCheck: the ranges. */
function checkHealthCheck({ healthCheck }: ContainerDefinition, where: string): void {
  if (!healthCheck) return;
  const [kind, ...words] = healthCheck.command ?? [];
  if (!["CMD", "CMD-SHELL", "NONE"].includes(kind ?? "") || (kind !== "NONE" && words.length === 0))
    throw invalid(`${where}.healthCheck.command must begin with CMD or CMD-SHELL and name a command.`);
  checkCount(healthCheck.interval ?? 30, 5, 300, `${where}.healthCheck.interval`);
  checkCount(healthCheck.timeout ?? 5, 2, 60, `${where}.healthCheck.timeout`);
  checkCount(healthCheck.retries ?? 3, 1, 10, `${where}.healthCheck.retries`);
  checkCount(healthCheck.startPeriod ?? 0, 0, 300, `${where}.healthCheck.startPeriod`);
}

function checkTogether(containers: ContainerDefinition[], input: RegisterTaskDefinitionRequest): void {
  if (containers.length === 0) throw clientError("Container list cannot be empty.");
  if (!containers.some(({ essential }) => essential))
    throw clientError("A task definition must have at least one essential container.");
  if (new Set(containers.map(({ name }) => name)).size < containers.length)
    throw clientError("Container names must be unique in a task definition.");
  const ports = containers.flatMap(({ portMappings }) => portMappings!.map((port) => port.containerPort));
  if (new Set(ports).size < ports.length)
    throw clientError(
      "The containers of a task with networkMode=awsvpc share one address: ports must differ.",
    );
  const names = containers.flatMap(({ portMappings }) => portMappings!.flatMap(({ name }) => name ?? []));
  if (new Set(names).size < names.length)
    throw clientError("The names of port mappings must be unique in a task definition.");
  const total = memoryMib(input.memory);
  const reserved = sum(containers.map(({ memory, memoryReservation }) => memoryReservation ?? memory ?? 0));
  if (total !== undefined && reserved > total)
    throw clientError(
      "The total amount of memory of the containers must not exceed the memory of the task definition.",
    );
}

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);

/** What a task of the definition takes of a container instance. */
export function demandOf(input: RegisterTaskDefinitionRequest): { cpu: number; memory: number } {
  const containers = input.containerDefinitions ?? [];
  return {
    cpu: cpuUnits(input.cpu) ?? sum(containers.map(({ cpu }) => cpu ?? 0)),
    memory:
      memoryMib(input.memory) ??
      sum(containers.map(({ memory, memoryReservation }) => memoryReservation ?? memory ?? 0)),
  };
}

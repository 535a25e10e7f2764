// What CreateService and UpdateService ask for, checked: what AWS refuses is refused, and what the sandbox does not
// implement answers an error that names it.
import type {
  AwsVpcConfiguration,
  CreateServiceRequest,
  DeploymentConfiguration,
  LoadBalancer,
  NetworkConfiguration,
  UpdateServiceRequest,
} from "@aws-sdk/client-ecs";
import type { DescribeTargetGroupsOutput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { checkStrategy } from "./cluster-handlers.ts";
import { readConnect } from "./connect/input.ts";
import { checkCount, clientError, invalid, notImplemented, refuseParts } from "./faults.ts";
import type { CircuitBreaker, Cluster, Definition, Revision, ServiceSettings } from "./model.ts";
import type { State } from "./state.ts";
import { readVolumes } from "./volume-input.ts";

export type ServiceInput = CreateServiceRequest & UpdateServiceRequest;

const NOT_IMPLEMENTED = ["serviceRegistries", "vpcLatticeConfigurations", "gatewayConnectors", "monitoring"];

export function refuseUnknown(input: ServiceInput, operation: string): void {
  refuseParts(input, NOT_IMPLEMENTED, operation);
  const controller = input.deploymentController?.type ?? "ECS";
  if (controller !== "ECS") throw notImplemented(`the deployment controller ${controller}, only ECS`);
  const scheduling = input.schedulingStrategy ?? "REPLICA";
  if (scheduling !== "REPLICA") throw notImplemented(`the scheduling strategy ${scheduling}, only REPLICA`);
  if (input.launchType && input.launchType !== "FARGATE" && input.launchType !== "EC2")
    throw notImplemented(`the launch type ${input.launchType}, only FARGATE and EC2`);
  if (input.launchType && input.capacityProviderStrategy?.length)
    throw invalid(
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    );
}

const DEFAULTS: ServiceSettings = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: {
    enable: false,
    rollback: false,
    resetOnHealthyTask: true,
    threshold: { type: "BOUNDED_PERCENT", value: 50 },
  },
  gracePeriodSeconds: 0,
  placementConstraints: [],
  placementStrategy: [],
  propagateTags: "NONE",
};

export function readSettings(input: ServiceInput, before: ServiceSettings = DEFAULTS): ServiceSettings {
  const { minimumHealthyPercent, maximumPercent, circuitBreaker } = readDeployment(
    input.deploymentConfiguration,
    before,
  );
  const unknown = (input.placementConstraints ?? []).find(({ type }) => type !== "distinctInstance");
  if (unknown) throw notImplemented(`the placement constraint ${unknown.type}, only distinctInstance`);
  return {
    minimumHealthyPercent,
    maximumPercent,
    circuitBreaker,
    gracePeriodSeconds:
      input.healthCheckGracePeriodSeconds === undefined
        ? before.gracePeriodSeconds
        : checkCount(input.healthCheckGracePeriodSeconds, 0, 2_147_483_647, "healthCheckGracePeriodSeconds"),
    placementConstraints: input.placementConstraints ?? before.placementConstraints,
    placementStrategy: checkPlacement(input) ?? before.placementStrategy,
    propagateTags: (input.propagateTags as ServiceSettings["propagateTags"]) ?? before.propagateTags,
  };
}

function readDeployment(input: DeploymentConfiguration | undefined, before: ServiceSettings) {
  const strategy = input?.strategy ?? "ROLLING";
  if (strategy !== "ROLLING") throw notImplemented(`the deployment strategy ${strategy}, only ROLLING`);
  if (input?.alarms?.enable) throw notImplemented("deploymentConfiguration.alarms");
  refuseParts(
    input ?? {},
    [
      "bakeTimeInMinutes",
      "lifecycleHooks",
      "linearConfiguration",
      "canaryConfiguration",
      "earlySuccessCriteria",
    ],
    "deploymentConfiguration",
  );
  const minimumHealthyPercent = checkCount(
    input?.minimumHealthyPercent ?? before.minimumHealthyPercent,
    0,
    100,
    "minimumHealthyPercent",
  );
  const maximumPercent = checkCount(
    input?.maximumPercent ?? before.maximumPercent,
    100,
    200_000,
    "maximumPercent",
  );
  if (minimumHealthyPercent === 100 && maximumPercent === 100)
    throw invalid(
      "Both minimumHealthyPercent and maximumPercent cannot be 100 as this will block deployments.",
    );
  return { minimumHealthyPercent, maximumPercent, circuitBreaker: readBreaker(input, before.circuitBreaker) };
}

function readBreaker(input: DeploymentConfiguration | undefined, before: CircuitBreaker): CircuitBreaker {
  const asked = input?.deploymentCircuitBreaker;
  if (!asked) return before;
  return {
    enable: asked.enable ?? false,
    rollback: asked.rollback ?? false,
    resetOnHealthyTask: asked.resetOnHealthyTask ?? true,
    threshold: asked.thresholdConfiguration ?? DEFAULTS.circuitBreaker.threshold,
  };
}

function checkPlacement({ placementStrategy }: ServiceInput) {
  for (const { type, field = "" } of placementStrategy ?? []) {
    const known =
      type === "random" ||
      (type === "binpack" && /^(cpu|memory)$/i.test(field)) ||
      (type === "spread" && ["attribute:ecs.availability-zone", "instanceId", "host"].includes(field));
    if (!known) throw notImplemented(`the placement strategy ${type} by '${field}'`);
  }
  return placementStrategy;
}

export function readNetwork(network: NetworkConfiguration | undefined): AwsVpcConfiguration {
  const found = network?.awsvpcConfiguration;
  if (!found) throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  if (!found.subnets?.length) throw invalid("subnets can not be empty.");
  return { assignPublicIp: "DISABLED", securityGroups: [], ...found };
}

/** Throws where the definition, the cluster and the balancer's groups do not go together. */
export async function readRevision(
  state: State,
  cluster: Cluster,
  definition: Definition,
  input: ServiceInput,
  { arn, before }: { arn: string; before?: Revision },
): Promise<Revision> {
  const asked = input.capacityProviderStrategy?.length
    ? checkStrategy(input.capacityProviderStrategy)
    : undefined;
  const launchType = input.launchType as Revision["launchType"];
  const fallback = before?.strategy ?? (before || launchType ? undefined : cluster.defaultStrategy);
  const strategy = asked ?? (launchType ? undefined : fallback?.length ? fallback : undefined);
  const revision: Revision = {
    definitionArn: definition.arn,
    launchType: strategy ? undefined : (launchType ?? before?.launchType ?? "EC2"),
    strategy,
    platformVersion: input.platformVersion ?? before?.platformVersion,
    network: input.networkConfiguration
      ? readNetwork(input.networkConfiguration)
      : (before?.network ?? readNetwork(undefined)),
    loadBalancers: await readBalancers(state, definition, input.loadBalancers ?? before?.loadBalancers ?? []),
    ...volumesOf(readVolumes(definition, input.volumeConfigurations ?? before?.volumes ?? [])),
  };
  checkLaunch(revision, definition);
  const connect = input.serviceConnectConfiguration ?? before?.connect?.asked;
  return connect ? { ...revision, connect: await readConnect(state, arn, definition, connect) } : revision;
}

function volumesOf(volumes: NonNullable<Revision["volumes"]>): Pick<Revision, "volumes"> {
  return volumes.length > 0 ? { volumes } : {};
}

export function checkLaunch(
  { launchType, strategy }: Pick<Revision, "launchType" | "strategy">,
  { input }: Definition,
): void {
  const fargate = strategy !== undefined || launchType === "FARGATE";
  if (fargate && !input.requiresCompatibilities?.includes("FARGATE"))
    throw invalid("Task definition does not support launch_type FARGATE.");
}

async function readBalancers(state: State, definition: Definition, balancers: LoadBalancer[]) {
  for (const [at, balancer] of balancers.entries()) {
    refuseParts(balancer, ["loadBalancerName", "advancedConfiguration"], `loadBalancers[${at}]`);
    const { containerName, containerPort, targetGroupArn } = balancer;
    const container = definition.input.containerDefinitions?.find(({ name }) => name === containerName);
    if (!container) throw invalid(`The container ${containerName} does not exist in the task definition.`);
    if (!container.portMappings?.some((port) => port.containerPort === containerPort))
      throw invalid(`The container ${containerName} did not have a container port ${containerPort} defined.`);
    await checkGroup(state, targetGroupArn ?? "", definition);
  }
  return balancers;
}

async function checkGroup({ platform }: State, arn: string, { family, revision }: Definition): Promise<void> {
  const asked = { TargetGroupArns: [arn] };
  const answer = (await platform
    .call("elasticloadbalancing", "DescribeTargetGroups", asked, "root")
    .catch(() => ({}))) as DescribeTargetGroupsOutput;
  const group = answer.TargetGroups?.[0];
  if (!group) throw invalid(`The target group ${arn} does not exist.`);
  if (group.TargetType !== "ip")
    throw invalid(
      `The provided target group ${arn} has target type ${group.TargetType}, which is incompatible with the awsvpc network mode specified in the task definition ${family}:${revision}.`,
    );
  if (!group.LoadBalancerArns?.length)
    throw invalid(`The target group with targetGroupArn ${arn} does not have an associated load balancer.`);
}

export function checkDesired(count: number | undefined): number {
  if (count === undefined) throw clientError("desiredCount is required for the REPLICA scheduling strategy.");
  return checkCount(count, 0, 5_000, "desiredCount");
}

// A service as ECS is to keep it: what is said when it is made, and what of it differs later. Pure.
import type {
  AwsVpcConfiguration,
  CapacityProviderStrategyItem,
  CreateServiceCommandInput,
  PlacementStrategy,
  Service,
  ServiceConnectConfiguration,
  UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import type { Network } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { wrongAt } from "#core/errors.ts";
import type { Side } from "#targets/balancer/sides.ts";
import { connectNow, isSameConnect } from "./connect.ts";
import { needCluster } from "./definition.ts";
import { CONTAINER, serviceNameOf, tagsOf } from "./naming.ts";
import type { Percents } from "./percents.ts";
import { runsOnFargate } from "./sizes.ts";
import { isSameVolumes, serviceVolumes } from "./volumes.ts";

export type Wanted = {
  side: Side;
  revisionArn: string;
  /** `null` leaves the count that the service has: whoever scaled it is respected. */
  count: number | null;
  percents: Percents;
  connect: ServiceConnectConfiguration;
  /** A deployment that began before it is begun anew. */
  freshSince?: string;
};

export function creation(
  namePrefix: string,
  target: TargetContext,
  wanted: Wanted & { count: number },
  targetGroupArn: string,
): CreateServiceCommandInput {
  const { container, port } = target.spec;
  const strategy = providersOf(container);
  const volumes = serviceVolumes(target);
  return {
    cluster: needCluster(target).arn,
    serviceName: serviceNameOf(namePrefix, target, wanted.side),
    taskDefinition: wanted.revisionArn,
    desiredCount: wanted.count,
    ...(strategy ? { capacityProviderStrategy: strategy } : { launchType: container.launchType }),
    loadBalancers: [{ targetGroupArn, containerName: CONTAINER, containerPort: port }],
    ...places(target),
    ...kept(target, wanted.percents),
    ...(wanted.connect.enabled ? { serviceConnectConfiguration: wanted.connect } : {}),
    ...(volumes.length > 0 ? { volumeConfigurations: volumes } : {}),
    // New services have it on by default, and it does not go with 100 % at most, nor with binpack (ECS developer guide,
    // "Balancing an Amazon ECS service across Availability Zones"). Copies move when a release or a person moves them.
    availabilityZoneRebalancing: "DISABLED",
    propagateTags: "TASK_DEFINITION",
    tags: tagsOf(target),
  };
}

/** `null` where nothing is to be changed. A deployment that failed, or is too old, is begun anew, though its revision is the same. */
export function change(
  target: TargetContext,
  service: Service,
  wanted: Wanted,
): UpdateServiceCommandInput | null {
  assertSameLaunch(target, service);
  const differs = service.taskDefinition !== wanted.revisionArn;
  const recount = wanted.count !== null && service.desiredCount !== wanted.count;
  const strategy = providersOf(target.spec.container);
  const reconnect = !isSameConnect(connectNow(service), wanted.connect);
  const volumes = serviceVolumes(target);
  const refit = !isSameVolumes(service.deployments?.[0]?.volumeConfigurations, volumes);
  const begins = differs || reconnect || refit || isToBeginAnew(service, wanted);
  if (!begins && !recount && hasPercents(service, wanted.percents)) return null;
  return {
    cluster: needCluster(target).arn,
    service: service.serviceName,
    taskDefinition: wanted.revisionArn,
    ...(recount ? { desiredCount: wanted.count! } : {}),
    ...(begins ? { forceNewDeployment: true, ...places(target) } : {}),
    ...(reconnect ? { serviceConnectConfiguration: wanted.connect } : {}),
    // Said with each change of it, an empty list where there is none any more (ECS API reference, UpdateService).
    ...(refit ? { volumeConfigurations: volumes } : {}),
    ...(differs && strategy ? { capacityProviderStrategy: strategy } : {}),
    ...kept(target, wanted.percents),
  };
}

function isToBeginAnew({ deployments: [primary] = [] }: Service, { freshSince }: Wanted): boolean {
  const stale = (primary?.createdAt?.getTime() ?? 0) < Date.parse(freshSince ?? "");
  return primary?.rolloutState === "FAILED" || stale;
}

/** Where copies go. A change of it begins a new deployment, so it comes with one only. */
function places({ spec, environment }: TargetContext) {
  return {
    networkConfiguration: { awsvpcConfiguration: networkOf(spec.container, environment.network) },
    ...(runsOnFargate(spec.container) ? {} : { placementStrategy: placementOf(spec.container) }),
  };
}

function kept({ spec }: TargetContext, percents: Percents) {
  return {
    healthCheckGracePeriodSeconds: graceOf(spec.health),
    // Tutti goes back by itself; the breaker only keeps a broken release from being started for ever.
    deploymentConfiguration: { ...percents, deploymentCircuitBreaker: { enable: true, rollback: false } },
  };
}

/** Whole seconds (ECS API reference, healthCheckGracePeriodSeconds). */
export function graceOf({ graceSeconds }: Pick<Spec["health"], "graceSeconds">): number {
  return Math.ceil(graceSeconds);
}

function networkOf(container: Spec["container"], network: Network | undefined): AwsVpcConfiguration {
  if (!network) throw wrongAt("network", "containers need it: an operator sets it for the environment.");
  const isPublic = network.assignPublicIp === true && runsOnFargate(container);
  return {
    subnets: network.subnetIds,
    securityGroups: network.securityGroupIds,
    // On hosts ECS refuses to be asked for one (ECS API reference, AwsVpcConfiguration).
    ...(isPublic ? { assignPublicIp: "ENABLED" } : {}),
  };
}

function placementOf({ placement }: Spec["container"]): PlacementStrategy[] {
  if (placement === "binpack") return [{ type: "binpack", field: "memory" }];
  return [
    { type: "spread", field: "attribute:ecs.availability-zone" },
    { type: "spread", field: "instanceId" },
  ];
}

function providersOf({ capacityProviders }: Spec["container"]): CapacityProviderStrategyItem[] | null {
  if (capacityProviders.length === 0) return null;
  return capacityProviders.map(({ name, weight, base }) => ({ capacityProvider: name, weight, base }));
}

/** A service keeps its launch type for life, or that it has capacity providers in its place (ECS API reference, UpdateService). */
function assertSameLaunch({ spec }: TargetContext, service: Service): void {
  const { serviceName, capacityProviderStrategy = [] } = service;
  const launchType = capacityProviderStrategy.length > 0 ? PROVIDERS : service.launchType;
  const wanted = spec.container.capacityProviders.length > 0 ? PROVIDERS : spec.container.launchType;
  if (!launchType || launchType === wanted) return;
  throw wrongAt(
    "container.launchType",
    `${serviceName} runs on ${launchType} and a service cannot change to ${wanted}: deploy it with strategy blueGreen once.`,
  );
}

const PROVIDERS = "capacity providers";

function hasPercents({ deploymentConfiguration: has }: Service, wanted: Percents): boolean {
  return (
    has?.maximumPercent === wanted.maximumPercent &&
    has.minimumHealthyPercent === wanted.minimumHealthyPercent
  );
}

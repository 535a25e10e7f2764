// Services, deployments and revisions as AWS answers them.
import type { Deployment as ApiDeployment, Service as ApiService } from "@aws-sdk/client-ecs";
import { offersOf } from "./connect/model.ts";
import type { Deployment, EcsService, Revision, Task } from "./model.ts";
import { arnOf, lastPart } from "./names.ts";
import { FARGATE_PLATFORM, launchTypeOf } from "./scheduler/launch.ts";
import { isWanted, type State, tasksOf } from "./state.ts";

export const serviceRevisionArn = ({ platform }: State, service: EcsService, number: string) =>
  arnOf(platform, "service-revision", lastPart(service.clusterArn), service.name, number);

export const serviceDeploymentArn = ({ platform }: State, service: EcsService, number: string) =>
  arnOf(platform, "service-deployment", lastPart(service.clusterArn), service.name, number);

export function describeService(state: State, service: EcsService, withTags = false): ApiService {
  const { settings } = service;
  const tasks = tasksOf(state, service);
  const shown = service.deployments[0]?.revision ?? service.lastCompleted?.revision;
  const open = service.rollouts.find(({ finishedAt }) => finishedAt === undefined);
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.clusterArn,
    status: service.status,
    desiredCount: service.desiredCount,
    ...countTasks(tasks),
    ...(shown && describeRevision(shown)),
    taskDefinition: shown?.definitionArn,
    deploymentConfiguration: describeSettings(service),
    deploymentController: { type: "ECS" },
    deployments: service.deployments.map((one) => describeDeployment(service, one, tasks)),
    events: service.events.map((event) => ({ ...event, createdAt: new Date(event.createdAt) })),
    createdAt: new Date(service.createdAt),
    createdBy: service.createdBy,
    currentServiceDeployment: open && serviceDeploymentArn(state, service, open.number),
    currentServiceRevisions: service.deployments.map(({ number }) => ({
      arn: serviceRevisionArn(state, service, number),
      ...counts(tasks.filter(({ startedBy }) => startedBy === `ecs-svc/${number}`)),
    })),
    placementConstraints: settings.placementConstraints,
    placementStrategy: settings.placementStrategy,
    healthCheckGracePeriodSeconds: settings.gracePeriodSeconds,
    schedulingStrategy: "REPLICA",
    propagateTags: settings.propagateTags,
    enableECSManagedTags: false,
    enableExecuteCommand: false,
    tags: withTags ? service.tags : undefined,
  };
}

export function describeSettings({ settings }: EcsService) {
  const { enable, rollback, resetOnHealthyTask, threshold } = settings.circuitBreaker;
  return {
    minimumHealthyPercent: settings.minimumHealthyPercent,
    maximumPercent: settings.maximumPercent,
    strategy: "ROLLING" as const,
    deploymentCircuitBreaker: { enable, rollback, resetOnHealthyTask, thresholdConfiguration: threshold },
  };
}

function describeDeployment(service: EcsService, deployment: Deployment, all: Task[]): ApiDeployment {
  const tasks = all.filter(({ startedBy }) => startedBy === deployment.id);
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.revision.definitionArn,
    desiredCount: deployment.status === "PRIMARY" ? service.desiredCount : tasks.filter(isWanted).length,
    ...countTasks(tasks),
    failedTasks: deployment.failedTasks,
    createdAt: new Date(deployment.createdAt),
    updatedAt: new Date(deployment.updatedAt),
    ...describeRevision(deployment.revision),
    ...describeConnect(deployment.revision),
    volumeConfigurations: deployment.revision.volumes ?? [],
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

/** A task that is asked to end is neither running nor pending any more. */
function countTasks(tasks: Task[]) {
  const wanted = tasks.filter(isWanted);
  const runningCount = wanted.filter(({ lastStatus }) => lastStatus === "RUNNING").length;
  return { runningCount, pendingCount: wanted.length - runningCount };
}

function counts(tasks: Task[]) {
  const { runningCount, pendingCount } = countTasks(tasks);
  return {
    requestedTaskCount: runningCount + pendingCount,
    runningTaskCount: runningCount,
    pendingTaskCount: pendingCount,
  };
}

/** Of deployments alone: a service has the one of its primary deployment. */
function describeConnect({ connect }: Revision) {
  if (!connect) return {};
  return {
    serviceConnectConfiguration: connect.asked,
    serviceConnectResources: offersOf(connect).map(({ discoveryName, discoveryArn }) => ({
      discoveryName,
      discoveryArn,
    })),
  };
}

export function describeRevision(revision: Revision) {
  const fargate = launchTypeOf(revision) === "FARGATE";
  return {
    launchType: revision.launchType,
    capacityProviderStrategy: revision.strategy,
    platformVersion: fargate ? (revision.platformVersion ?? FARGATE_PLATFORM) : undefined,
    platformFamily: fargate ? "Linux" : undefined,
    networkConfiguration: { awsvpcConfiguration: revision.network },
    loadBalancers: revision.loadBalancers,
  };
}

// Service deployments and service revisions: the history of a service's rollouts.
import type {
  DescribeServiceDeploymentsRequest,
  DescribeServiceRevisionsRequest,
  ListServiceDeploymentsRequest,
  ServiceDeployment,
  ServiceRevision,
} from "@aws-sdk/client-ecs";
import { pageOf } from "../machines/pages.ts";
import type { Handler } from "../platform.ts";
import type { EcsService, Rollout } from "./model.ts";
import { lastPart } from "./names.ts";
import { thresholdOf } from "./scheduler/failures.ts";
import { launchTypeOf } from "./scheduler/launch.ts";
import {
  describeRevision,
  describeSettings,
  serviceDeploymentArn,
  serviceRevisionArn,
} from "./service-view.ts";
import { findService, type State } from "./state.ts";

export function rolloutHandlers(state: State): Record<string, Handler> {
  return {
    ListServiceDeployments: (input: ListServiceDeploymentsRequest) => {
      const service = findService(state, input.cluster, input.service);
      const wanted = service.rollouts.filter(
        ({ status, createdAt }) =>
          (!input.status?.length || input.status.includes(status)) &&
          createdAt >= (input.createdAt?.after?.getTime() ?? 0) &&
          createdAt <= (input.createdAt?.before?.getTime() ?? Number.POSITIVE_INFINITY),
      );
      const page = pageOf(wanted, input.maxResults ?? 20, input.nextToken);
      return {
        serviceDeployments: page.items.map((rollout) => brief(state, service, rollout)),
        nextToken: page.next,
      };
    },
    DescribeServiceDeployments: (input: DescribeServiceDeploymentsRequest) => {
      const found = (input.serviceDeploymentArns ?? []).map((arn) => ({ arn, ...find(state, arn) }));
      return {
        serviceDeployments: found.flatMap(({ service, rollout }) =>
          service && rollout ? [full(state, service, rollout)] : [],
        ),
        failures: found.filter(({ rollout }) => !rollout).map(({ arn }) => ({ arn, reason: "MISSING" })),
      };
    },
    DescribeServiceRevisions: (input: DescribeServiceRevisionsRequest) => {
      const found = (input.serviceRevisionArns ?? []).map((arn) => ({ arn, ...find(state, arn) }));
      return {
        serviceRevisions: found.flatMap(({ service, rollout }) =>
          service && rollout ? [revisionOf(state, service, rollout)] : [],
        ),
        failures: found.filter(({ rollout }) => !rollout).map(({ arn }) => ({ arn, reason: "MISSING" })),
      };
    },
  };
}

function find(state: State, arn: string): { service?: EcsService; rollout?: Rollout } {
  const number = lastPart(arn);
  for (const service of state.services.values()) {
    const rollout = service.rollouts.find((one) => one.number === number);
    if (rollout) return { service, rollout };
  }
  return {};
}

const date = (at: number | undefined) => (at === undefined ? undefined : new Date(at));

function brief(state: State, service: EcsService, rollout: Rollout) {
  return {
    serviceDeploymentArn: serviceDeploymentArn(state, service, rollout.number),
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    targetServiceRevisionArn: serviceRevisionArn(state, service, rollout.number),
    status: rollout.status,
    statusReason: rollout.statusReason,
    createdAt: date(rollout.createdAt),
    startedAt: date(rollout.createdAt),
    finishedAt: date(rollout.finishedAt),
  };
}

function full(state: State, service: EcsService, rollout: Rollout): ServiceDeployment {
  const { targetServiceRevisionArn, ...part } = brief(state, service, rollout);
  const { circuitBreaker } = service.settings;
  return {
    ...part,
    updatedAt: date(rollout.updatedAt),
    sourceServiceRevisions: rollout.sourceNumbers.map((number) => ({
      arn: serviceRevisionArn(state, service, number),
    })),
    targetServiceRevision: { arn: targetServiceRevisionArn },
    deploymentConfiguration: describeSettings(service),
    rollback: rollout.rolledBackTo
      ? {
          reason: rollout.rollbackReason,
          serviceRevisionArn: serviceRevisionArn(state, service, rollout.rolledBackTo),
        }
      : undefined,
    deploymentCircuitBreaker: {
      status: breakerStatus(service, rollout),
      failureCount: rollout.failureCount,
      threshold: thresholdOf(circuitBreaker, service.desiredCount),
    },
  };
}

function breakerStatus({ settings }: EcsService, rollout: Rollout) {
  if (!settings.circuitBreaker.enable) return "DISABLED" as const;
  if (rollout.rolledBackTo || rollout.statusReason) return "TRIGGERED" as const;
  return rollout.finishedAt === undefined ? ("MONITORING" as const) : ("MONITORING_COMPLETE" as const);
}

function revisionOf(state: State, service: EcsService, rollout: Rollout): ServiceRevision {
  const { revision } = rollout;
  return {
    serviceRevisionArn: serviceRevisionArn(state, service, rollout.number),
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    taskDefinition: revision.definitionArn,
    ...describeRevision(revision),
    launchType: revision.strategy ? undefined : launchTypeOf(revision),
    serviceConnectConfiguration: revision.connect?.asked,
    volumeConfigurations: revision.volumes ?? [],
    createdAt: date(rollout.createdAt),
  };
}

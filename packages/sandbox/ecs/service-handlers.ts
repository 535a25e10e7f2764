// Services: how many tasks of what are to run. The scheduler makes it so.
import { isDeepStrictEqual } from "node:util";
import type {
  CreateServiceRequest,
  DeleteServiceRequest,
  DescribeServicesRequest,
  ListServicesRequest,
  UpdateServiceRequest,
} from "@aws-sdk/client-ecs";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Caller, type Handler } from "../platform.ts";
import { invalid } from "./faults.ts";
import type { Cluster, Definition, EcsService } from "./model.ts";
import { arnOf, checkName, lastPart } from "./names.ts";
import { newDeployment } from "./scheduler/rollout.ts";
import {
  checkDesired,
  readRevision,
  readSettings,
  refuseUnknown,
  type ServiceInput,
} from "./service-input.ts";
import { describeService } from "./service-view.ts";
import { findActiveDefinition, findCluster, findService, type State, save, serviceOf } from "./state.ts";

export function serviceHandlers(state: State): Record<string, Handler> {
  return {
    CreateService: (input: CreateServiceRequest, caller: Caller) => createService(state, input, caller),
    UpdateService: (input: UpdateServiceRequest) => updateService(state, input),
    DescribeServices: (input: DescribeServicesRequest) => {
      const cluster = findCluster(state, input.cluster);
      const asked = input.services ?? [];
      if (asked.length === 0) throw invalid("Services cannot be empty.");
      if (asked.length > 10) throw invalid("Services list cannot have more than 10 elements.");
      const found = asked.map((name) => serviceOf(state, cluster.arn, name));
      return {
        services: found
          .filter((service) => service !== undefined)
          .map((service) => describeService(state, service, input.include?.includes("TAGS"))),
        failures: asked
          .filter((_name, at) => !found[at])
          .map((name) => ({
            arn: arnOf(state.platform, "service", cluster.name, lastPart(name)),
            reason: "MISSING",
          })),
      };
    },
    ListServices: (input: ListServicesRequest) => {
      const cluster = findCluster(state, input.cluster);
      const all = [...state.services.values()]
        .filter(({ clusterArn, status }) => clusterArn === cluster.arn && status !== "INACTIVE")
        .filter((one) => !input.launchType || one.deployments[0]?.revision.launchType === input.launchType);
      const page = pageOf(all, input.maxResults ?? 10, input.nextToken);
      return { serviceArns: page.items.map(({ arn }) => arn), nextToken: page.next };
    },
    DeleteService: async (input: DeleteServiceRequest) => {
      const service = findService(state, input.cluster, input.service);
      if (service.status === "INACTIVE") throw new AwsError("ServiceNotFoundException", "Service not found.");
      if (service.desiredCount > 0 && !input.force)
        throw invalid("The service cannot be stopped while it is scaled above 0.");
      service.status = "DRAINING";
      service.desiredCount = 0;
      await save(state);
      state.wake(service.arn);
      return { service: describeService(state, service) };
    },
  };
}

async function createService(state: State, input: CreateServiceRequest, caller: Caller) {
  const cluster = findCluster(state, input.cluster);
  const name = checkName(input.serviceName, "Service");
  const before = serviceOf(state, cluster.arn, name);
  if (before?.status === "DRAINING") throw invalid("Unable to Start a service that is still Draining.");
  if (before?.status === "ACTIVE") {
    if (!input.clientToken || input.clientToken !== before.clientToken)
      throw invalid("Creation of service was not idempotent.");
    return { service: describeService(state, before) };
  }
  const asked = input as ServiceInput;
  refuseUnknown(asked, "CreateService");
  const definition = findActiveDefinition(state, input.taskDefinition);
  const arn = arnOf(state.platform, "service", cluster.name, name);
  const revision = await readRevision(state, cluster, definition, asked, { arn });
  const service: EcsService = {
    arn,
    name,
    clusterArn: cluster.arn,
    status: "ACTIVE",
    desiredCount: checkDesired(input.desiredCount),
    settings: readSettings(asked),
    deployments: [],
    rollouts: [],
    events: [],
    steady: false,
    createdAt: state.platform.now(),
    createdBy: caller.principal,
    clientToken: input.clientToken,
    tags: input.tags ?? [],
  };
  newDeployment(state, service, revision);
  state.services.set(service.arn, service);
  await save(state);
  state.wake(service.arn);
  return { service: describeService(state, service, true) };
}

async function updateService(state: State, input: UpdateServiceRequest) {
  const service = findService(state, input.cluster, input.service);
  if (service.status !== "ACTIVE") throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
  const asked = input as ServiceInput;
  refuseUnknown(asked, "UpdateService");
  const desired = input.desiredCount === undefined ? service.desiredCount : checkDesired(input.desiredCount);
  const settings = readSettings(asked, service.settings);
  const before = service.deployments[0]!.revision;
  const definition: Definition = input.taskDefinition
    ? findActiveDefinition(state, input.taskDefinition)
    : state.definitions.get(before.definitionArn)!;
  const cluster: Cluster = state.clusters.get(service.clusterArn)!;
  const revision = await readRevision(state, cluster, definition, asked, { arn: service.arn, before });
  service.settings = settings;
  if (service.desiredCount !== desired) service.steady = false;
  service.desiredCount = desired;
  // API reference, UpdateService: a change of the count alone starts no deployment, unless one is forced.
  if (input.forceNewDeployment || !isDeepStrictEqual(plain(revision), plain(before)))
    newDeployment(state, service, revision);
  else service.deployments[0]!.updatedAt = state.platform.now();
  await save(state);
  state.wake(service.arn);
  return { service: describeService(state, service) };
}

/** Absent and undefined are the same, as they are once it has been on disk. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

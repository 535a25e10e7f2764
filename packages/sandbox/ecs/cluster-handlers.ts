// Clusters and the capacity providers that they know.
import type {
  Cluster as ApiCluster,
  CapacityProviderStrategyItem,
  CreateClusterRequest,
  DeleteClusterRequest,
  DescribeCapacityProvidersRequest,
  DescribeClustersRequest,
  ListClustersRequest,
  PutClusterCapacityProvidersRequest,
} from "@aws-sdk/client-ecs";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Handler } from "../platform.ts";
import { invalid, notImplemented, refuseParts } from "./faults.ts";
import type { Cluster } from "./model.ts";
import { arnOf, checkName, lastPart } from "./names.ts";
import { findCluster, isWanted, type State, save } from "./state.ts";

export const PROVIDERS = ["FARGATE", "FARGATE_SPOT"];

export function clusterHandlers(state: State): Record<string, Handler> {
  const { platform } = state;
  return {
    CreateCluster: async (input: CreateClusterRequest) => {
      refuseParts(input, ["configuration", "serviceConnectDefaults"], "CreateCluster");
      const name = checkName(input.clusterName ?? "default", "Cluster");
      const arn = arnOf(platform, "cluster", name);
      const before = state.clusters.get(arn);
      // Idempotent, as on AWS: a cluster that is there is answered as it is.
      if (before?.status === "ACTIVE") return { cluster: describe(state, before) };
      const cluster: Cluster = {
        arn,
        name,
        status: "ACTIVE",
        capacityProviders: checkProviders(input.capacityProviders ?? []),
        defaultStrategy: checkStrategy(input.defaultCapacityProviderStrategy ?? []),
        settings: input.settings ?? [{ name: "containerInsights", value: "disabled" }],
        tags: input.tags ?? [],
      };
      state.clusters.set(arn, cluster);
      await save(state);
      return { cluster: describe(state, cluster) };
    },
    PutClusterCapacityProviders: async (input: PutClusterCapacityProvidersRequest) => {
      const cluster = findCluster(state, input.cluster);
      cluster.capacityProviders = checkProviders(input.capacityProviders ?? []);
      cluster.defaultStrategy = checkStrategy(input.defaultCapacityProviderStrategy ?? []);
      await save(state);
      return { cluster: describe(state, cluster) };
    },
    DescribeClusters: (input: DescribeClustersRequest) => {
      const asked = input.clusters?.length ? input.clusters : ["default"];
      const found = asked.map((one) => state.clusters.get(arnOf(platform, "cluster", lastPart(one))));
      return {
        clusters: found.filter((one) => one !== undefined).map((one) => describe(state, one)),
        failures: asked
          .filter((_name, at) => !found[at])
          .map((one) => ({ arn: arnOf(platform, "cluster", lastPart(one)), reason: "MISSING" })),
      };
    },
    ListClusters: (input: ListClustersRequest) => {
      const active = [...state.clusters.values()].filter(({ status }) => status === "ACTIVE");
      const page = pageOf(active, input.maxResults ?? 100, input.nextToken);
      return { clusterArns: page.items.map(({ arn }) => arn), nextToken: page.next };
    },
    DeleteCluster: async (input: DeleteClusterRequest) => {
      const cluster = findCluster(state, input.cluster);
      checkEmpty(state, cluster);
      cluster.status = "INACTIVE";
      await save(state);
      return { cluster: describe(state, cluster) };
    },
    DescribeCapacityProviders: (input: DescribeCapacityProvidersRequest) => {
      const asked = input.capacityProviders?.map(lastPart) ?? PROVIDERS;
      return {
        capacityProviders: asked
          .filter((name) => PROVIDERS.includes(name))
          .map((name) => ({
            capacityProviderArn: arnOf(platform, "capacity-provider", name),
            name,
            status: "ACTIVE",
          })),
        failures: asked
          .filter((name) => !PROVIDERS.includes(name))
          .map((name) => ({ arn: arnOf(platform, "capacity-provider", name), reason: "MISSING" })),
      };
    },
  };
}

function checkProviders(names: string[]): string[] {
  const unknown = names.find((name) => !PROVIDERS.includes(name));
  if (unknown) throw notImplemented(`the capacity provider ${unknown}, only ${PROVIDERS.join(" and ")}`);
  return names;
}

export function checkStrategy(items: CapacityProviderStrategyItem[]): CapacityProviderStrategyItem[] {
  checkProviders(items.map(({ capacityProvider }) => capacityProvider ?? ""));
  if (items.filter(({ base }) => (base ?? 0) > 0).length > 1)
    throw invalid("Only one capacity provider in a capacity provider strategy can have a base defined.");
  if (items.length > 0 && items.every(({ weight }) => (weight ?? 0) === 0))
    throw invalid("At least one capacity provider must have a weight greater than 0.");
  return items;
}

function checkEmpty(state: State, { arn }: Cluster): void {
  const inside = <T extends { clusterArn: string }>(items: Map<string, T>) =>
    [...items.values()].filter(({ clusterArn }) => clusterArn === arn);
  if (inside(state.services).some(({ status }) => status !== "INACTIVE"))
    throw new AwsError(
      "ClusterContainsServicesException",
      "The Cluster cannot be deleted while Services are active.",
    );
  if (inside(state.instances).length > 0)
    throw new AwsError(
      "ClusterContainsContainerInstancesException",
      "The Cluster cannot be deleted while Container Instances are active or draining.",
    );
  if (inside(state.tasks).some(({ lastStatus }) => lastStatus !== "STOPPED"))
    throw new AwsError(
      "ClusterContainsTasksException",
      "The Cluster cannot be deleted while Tasks are active.",
    );
}

function describe(state: State, cluster: Cluster): ApiCluster {
  const inside = ({ clusterArn }: { clusterArn: string }) => clusterArn === cluster.arn;
  const tasks = [...state.tasks.values()].filter(inside);
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: [...state.instances.values()].filter(inside).length,
    runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").length,
    pendingTasksCount: tasks.filter((task) => isWanted(task) && task.lastStatus !== "RUNNING").length,
    activeServicesCount: [...state.services.values()].filter(
      (service) => inside(service) && service.status === "ACTIVE",
    ).length,
    statistics: [],
    tags: cluster.tags,
    settings: cluster.settings,
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: cluster.defaultStrategy,
  };
}

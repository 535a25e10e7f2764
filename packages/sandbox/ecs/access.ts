// What IAM is asked about a call: the ARNs that it touches, and iam:PassRole for the roles that it hands over.
import type { ServiceVolumeConfiguration } from "@aws-sdk/client-ecs";
import type { Service } from "../platform.ts";
import type { Definition } from "./model.ts";
import { arnOf, lastPart } from "./names.ts";
import { definitionOf, findCluster, type State, serviceOf } from "./state.ts";

type Asked = {
  cluster?: string;
  service?: string;
  serviceName?: string;
  taskDefinition?: string;
  volumeConfigurations?: ServiceVolumeConfiguration[];
};

/** Service Authorization Reference, Amazon Elastic Container Service. What is not here knows no resources. */
export function iamResources(state: State): Service["iamResources"] {
  const { platform } = state;
  const cluster = (name: string | undefined) => arnOf(platform, "cluster", lastPart(name ?? "default"));
  const inCluster = (kind: string, name: string | undefined, what: string) =>
    what.startsWith("arn:") ? what : arnOf(platform, kind, lastPart(name ?? "default"), lastPart(what));
  const service = ({ cluster: name, service: one, serviceName }: Asked) => [
    inCluster("service", name, one ?? serviceName ?? ""),
  ];
  const definition = (reference: string) =>
    definitionOf(state, reference)?.arn ?? arnOf(platform, "task-definition", lastPart(reference));
  return {
    CreateCluster: ({ clusterName }) => [cluster(clusterName)],
    DescribeClusters: ({ clusters }: { clusters?: string[] }) => (clusters ?? ["default"]).map(cluster),
    DeleteCluster: (input: Asked) => [cluster(input.cluster)],
    PutClusterCapacityProviders: (input: Asked) => [cluster(input.cluster)],
    RegisterTaskDefinition: ({ family }) => [arnOf(platform, "task-definition", `${family}:*`)],
    DeleteTaskDefinitions: ({ taskDefinitions }: { taskDefinitions?: string[] }) =>
      (taskDefinitions ?? []).map(definition),
    CreateService: service,
    UpdateService: service,
    DeleteService: service,
    DescribeServices: ({ cluster: name, services }: Asked & { services?: string[] }) =>
      (services ?? []).map((one) => inCluster("service", name, one)),
    ListServiceDeployments: service,
    DescribeServiceDeployments: ({ serviceDeploymentArns }) => serviceDeploymentArns ?? [],
    DescribeServiceRevisions: ({ serviceRevisionArns }) => serviceRevisionArns ?? [],
    RunTask: ({ taskDefinition }: Asked) => [definition(taskDefinition ?? "")],
    StopTask: ({ cluster: name, task }) => [inCluster("task", name, task ?? "")],
    DescribeTasks: ({ cluster: name, tasks }: Asked & { tasks?: string[] }) =>
      (tasks ?? []).map((one) => inCluster("task", name, one)),
    ListContainerInstances: (input: Asked) => [cluster(input.cluster)],
    DescribeContainerInstances: (input: Asked & { containerInstances?: string[] }) =>
      (input.containerInstances ?? []).map((one) => inCluster("container-instance", input.cluster, one)),
    UpdateContainerInstancesState: (input: Asked & { containerInstances?: string[] }) =>
      (input.containerInstances ?? []).map((one) => inCluster("container-instance", input.cluster, one)),
    DeregisterContainerInstance: (input: Asked) => [cluster(input.cluster)],
    TagResource: ({ resourceArn }) => [resourceArn],
    UntagResource: ({ resourceArn }) => [resourceArn],
    ListTagsForResource: ({ resourceArn }) => [resourceArn],
  };
}

/** Tags of tasks; of nothing else is IAM asked by its tags here. */
export function iamContext({ tasks }: State): NonNullable<Service["iamContext"]> {
  return (resource) =>
    Object.fromEntries(
      (tasks.get(resource)?.tags ?? []).map(({ key, value = "" }) => [`aws:ResourceTag/${key}`, value]),
    );
}

/** Developer guide, "Amazon ECS task definition parameters", roles: who registers or runs hands both over. */
export function iamAlso(state: State): Service["iamAlso"] {
  const passTo = (service: string, roles: (string | undefined)[]) =>
    [...new Set(roles)]
      .filter((role) => role !== undefined)
      .map((resource) => ({
        action: "iam:PassRole",
        resource,
        context: { "iam:PassedToService": service },
      }));
  const pass = (...roles: (string | undefined)[]) => passTo("ecs-tasks.amazonaws.com", roles);
  // Developer guide, "Amazon ECS infrastructure IAM role": its trust is the service's own.
  const passDisks = ({ volumeConfigurations = [] }: Asked) =>
    passTo(
      "ecs.amazonaws.com",
      volumeConfigurations.map(({ managedEBSVolume }) => managedEBSVolume?.roleArn),
    );
  const ofDefinition = (one: Definition | undefined) => [one?.input.taskRoleArn, one?.input.executionRoleArn];
  const started = (input: Asked) => {
    if (input.taskDefinition) return pass(...ofDefinition(definitionOf(state, input.taskDefinition)));
    return [];
  };
  // Developer guide, "Grant permission to tag resources on creation".
  const tag = (tags: unknown[] | undefined, kind: string, ...parts: string[]) =>
    tags?.length ? [{ action: "ecs:TagResource", resource: arnOf(state.platform, kind, ...parts) }] : [];
  const inCluster = ({ cluster }: Asked) => lastPart(cluster ?? "default");
  return {
    CreateCluster: ({ clusterName, tags }) => tag(tags, "cluster", clusterName ?? "default"),
    RegisterTaskDefinition: ({ family, taskRoleArn, executionRoleArn, tags }) => [
      ...pass(taskRoleArn, executionRoleArn),
      ...tag(tags, "task-definition", `${family}:*`),
    ],
    RunTask: (input) => [
      ...pass(
        ...ofDefinition(definitionOf(state, input.taskDefinition ?? "")),
        input.overrides?.taskRoleArn,
        input.overrides?.executionRoleArn,
      ),
      ...tag(input.tags, "task", inCluster(input), "*"),
    ],
    CreateService: (input) => [
      ...started(input),
      ...passDisks(input),
      ...tag(input.tags, "service", inCluster(input), input.serviceName ?? ""),
    ],
    UpdateService: (input: Asked) => {
      const known = serviceOf(state, findCluster(state, input.cluster).arn, input.service ?? "");
      return known ? [...started(input), ...passDisks(input)] : [];
    },
  };
}

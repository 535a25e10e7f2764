// The few SDK calls that containers need, each with a time-out, and AWS's errors put into Tutti's words. What is not there
// is `null` or an empty list.
import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { type ECRClient, GetLifecyclePolicyCommand } from "@aws-sdk/client-ecr";
import {
  type Cluster,
  type ContainerInstance,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListContainerInstancesCommand,
  ListTasksCommand,
  type Service,
  StopTaskCommand,
  type Tag,
  TagResourceCommand,
  type Task,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import type { EFSClient } from "@aws-sdk/client-efs";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Client as DiscoveryClient } from "#targets/cloud-map/names.ts";
import { callAws, isAwsError } from "#targets/host/call-aws.ts";

export type ContainerClients = {
  ecs: ECSClient;
  ecr: ECRClient;
  elb: ElasticLoadBalancingV2Client;
  scaling: ApplicationAutoScalingClient;
  /** Made when an environment names a namespace. */
  discovery: DiscoveryClient;
  /** Made when a volume is to be mounted. */
  efs: () => Promise<EFSClient>;
};
/** `namePrefix`: what families and services are called by, before the app's name. */
export type ContainerDeps = ContainerClients & { namePrefix: string; secretArn: SecretArn };
/** The whole ARN of a secret of Secrets Manager; `null` where there is none. */
export type SecretArn = (name: string) => Promise<string | null>;
type Ecs = Pick<ContainerClients, "ecs">;

/** The most that DescribeTasks takes, and that a page of ListTasks has. */
const PAGE = 100;
/** A crash loop leaves hundreds of stopped tasks behind; ECS forgets them after an hour or so. */
const MOST_PAGES = 5;

export async function describeCluster({ ecs }: Ecs, arn: string): Promise<Cluster | null> {
  const answer = await callAws("ecs:DescribeClusters", (abortSignal) =>
    ecs.send(new DescribeClustersCommand({ clusters: [arn] }), { abortSignal }),
  );
  return answer.clusters?.[0] ?? null;
}

export async function describeServices(
  { ecs }: Ecs,
  cluster: string,
  services: string[],
): Promise<Service[]> {
  const answer = await callAws("ecs:DescribeServices", (abortSignal) =>
    ecs.send(new DescribeServicesCommand({ cluster, services, include: ["TAGS"] }), { abortSignal }),
  );
  return answer.services ?? [];
}

/** Those that run or start, and those that end or have ended in the last hour or so. */
export async function listTasks({ ecs }: Ecs, cluster: string, serviceName: string): Promise<Task[]> {
  const lists = await Promise.all(
    (["RUNNING", "STOPPED"] as const).map((status) => listTaskArns({ ecs }, cluster, serviceName, status)),
  );
  const arns = [...new Set(lists.flat())];
  const found: Task[] = [];
  for (let from = 0; from < arns.length; from += PAGE) {
    const tasks = arns.slice(from, from + PAGE);
    const answer = await callAws("ecs:DescribeTasks", (abortSignal) =>
      ecs.send(new DescribeTasksCommand({ cluster, tasks }), { abortSignal }),
    );
    found.push(...(answer.tasks ?? []));
  }
  return found;
}

/** One that is gone already, or ends, is fine. */
export async function stopTask({ ecs }: Ecs, cluster: string, task: string, reason: string): Promise<void> {
  try {
    await callAws("ecs:StopTask", (abortSignal) =>
      ecs.send(new StopTaskCommand({ cluster, task, reason }), { abortSignal }),
    );
  } catch (error) {
    if (!isAwsError(error, "InvalidParameterException")) throw error;
  }
}

async function listTaskArns(
  { ecs }: Ecs,
  cluster: string,
  serviceName: string,
  desiredStatus: "RUNNING" | "STOPPED",
): Promise<string[]> {
  const found: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page === 0 || (nextToken && page < MOST_PAGES); page++) {
    const input = { cluster, serviceName, desiredStatus, maxResults: PAGE, nextToken };
    const answer = await callAws("ecs:ListTasks", (abortSignal) =>
      ecs.send(new ListTasksCommand(input), { abortSignal }),
    );
    found.push(...(answer.taskArns ?? []));
    nextToken = answer.nextToken;
  }
  return found;
}

export async function createService({ ecs }: Ecs, input: CreateServiceCommandInput): Promise<Service> {
  const answer = await callAws("ecs:CreateService", (abortSignal) =>
    ecs.send(new CreateServiceCommand(input), { abortSignal }),
  );
  return answer.service!;
}

export async function updateService({ ecs }: Ecs, input: UpdateServiceCommandInput): Promise<Service> {
  const answer = await callAws("ecs:UpdateService", (abortSignal) =>
    ecs.send(new UpdateServiceCommand(input), { abortSignal }),
  );
  return answer.service!;
}

export async function tagService({ ecs }: Ecs, resourceArn: string, tags: Tag[]): Promise<void> {
  await callAws("ecs:TagResource", (abortSignal) =>
    ecs.send(new TagResourceCommand({ resourceArn, tags }), { abortSignal }),
  );
}

/** What the hosts of the cluster have in all, whatever runs on them: at most 100 of them. */
export async function listHosts({ ecs }: Ecs, cluster: string): Promise<ContainerInstance[]> {
  const list = { cluster, status: "ACTIVE", maxResults: PAGE } as const;
  const { containerInstanceArns: containerInstances = [] } = await callAws(
    "ecs:ListContainerInstances",
    (abortSignal) => ecs.send(new ListContainerInstancesCommand(list), { abortSignal }),
  );
  if (containerInstances.length === 0) return [];
  const answer = await callAws("ecs:DescribeContainerInstances", (abortSignal) =>
    ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances }), { abortSignal }),
  );
  return answer.containerInstances ?? [];
}

/** With what it still runs: tasks leave the load balancer before they are stopped. Nothing there is fine. */
export async function deleteService({ ecs }: Ecs, cluster: string, service: string): Promise<void> {
  try {
    await callAws("ecs:DeleteService", (abortSignal) =>
      ecs.send(new DeleteServiceCommand({ cluster, service, force: true }), { abortSignal }),
    );
  } catch (error) {
    if (!isAwsError(error, "ServiceNotFoundException", "ServiceNotActiveException")) throw error;
  }
}

/** The text of the repository's rules, `null` where it has none (or is not there). */
export async function readLifecycleRules(
  { ecr }: Pick<ContainerClients, "ecr">,
  repositoryName: string,
  registryId: string | undefined,
): Promise<string | null> {
  try {
    const answer = await callAws("ecr:GetLifecyclePolicy", (abortSignal) =>
      ecr.send(new GetLifecyclePolicyCommand({ repositoryName, registryId }), { abortSignal }),
    );
    return answer.lifecyclePolicyText ?? null;
  } catch (error) {
    if (isAwsError(error, "LifecyclePolicyNotFoundException", "RepositoryNotFoundException")) return null;
    throw error;
  }
}

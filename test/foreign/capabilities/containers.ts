// What ECS and ECR do for containers.
import { CreateRepositoryCommand, ECRClient, GetLifecyclePolicyCommand } from "@aws-sdk/client-ecr";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  type LoadBalancer,
  RegisterTaskDefinitionCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateListenerCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { aLoadBalancer, aNetwork, aTargetGroup, type Network } from "./balancer.ts";
import { eventually, fresh, type Probes, WORKS } from "./probe.ts";

const ecs = new ECSClient({});

export const ECS: Probes = {
  "lists the revisions of a task definition, the newest first": async () => {
    const familyPrefix = fresh();
    await aRevision(familyPrefix);
    await aRevision(familyPrefix);
    const input = { familyPrefix, status: "ACTIVE", sort: "DESC" } as const;
    const { taskDefinitionArns } = await ecs.send(new ListTaskDefinitionsCommand(input));
    const revisions = taskDefinitionArns?.map((arn) => arn.split(":").at(-1));
    return `${revisions}` === "2,1" ? WORKS : `lists ${revisions}`;
  },
  "brings a service to its count": async () => {
    const { look } = await aService(2);
    const service = await eventually(look, (found) => found.runningCount === 2, 5);
    return service.runningCount === 2 ? WORKS : `runs ${service.runningCount} of 2`;
  },
  "completes a deployment and lets the old one go": async () => {
    const { look, cluster, service, family } = await aService(1);
    const taskDefinition = await aRevision(family);
    await ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition }));
    const states = (found: Awaited<ReturnType<typeof look>>) =>
      (found.deployments ?? []).map((one) => `${one.status} ${one.rolloutState}`).join(", ");
    const found = await eventually(look, (one) => states(one) === "PRIMARY COMPLETED", 5);
    return states(found) === "PRIMARY COMPLETED" ? WORKS : states(found);
  },
  "registers a service's tasks with its target group": async () => {
    const network = await aNetwork();
    const LoadBalancerArn = await aLoadBalancer(network);
    const targetGroupArn = await aTargetGroup(network);
    const elb = new ElasticLoadBalancingV2Client({});
    const DefaultActions = [{ Type: "forward" as const, TargetGroupArn: targetGroupArn }];
    await elb.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol: "HTTP", Port: 80, DefaultActions }),
    );
    await aService(1, network, [{ targetGroupArn, containerName: "app", containerPort: 8080 }]);
    const look = () => elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }));
    const found = await eventually(look, (one) => (one.TargetHealthDescriptions ?? []).length > 0, 5);
    return (found.TargetHealthDescriptions ?? []).length > 0 ? WORKS : "registers none";
  },
  "says why a task was stopped": async () => {
    const { cluster, service } = await aService(1);
    const list = () => ecs.send(new ListTasksCommand({ cluster, serviceName: service }));
    const { taskArns = [] } = await eventually(list, (found) => (found.taskArns ?? []).length > 0, 3);
    if (!taskArns[0]) return "runs no task";
    await ecs.send(new StopTaskCommand({ cluster, task: taskArns[0], reason: "set aside" }));
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns.slice(0, 1) }));
    return tasks?.[0]?.stoppedReason === "set aside" ? WORKS : `says ${tasks?.[0]?.stoppedReason}`;
  },
};

export const ECR: Probes = {
  "says that a repository has no lifecycle rules": async () => {
    const ecr = new ECRClient({});
    const repositoryName = fresh();
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    const refused = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName })).then(
      () => "answers rules",
      (error: Error) => error.name,
    );
    return refused === "LifecyclePolicyNotFoundException" ? WORKS : refused;
  },
};

/** A service in a cluster of its own. */
export async function aService(desiredCount: number, network?: Network, loadBalancers: LoadBalancer[] = []) {
  const cluster = fresh();
  const service = fresh();
  const family = fresh();
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const { subnets, securityGroup } = network ?? (await aNetwork());
  await ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: service,
      taskDefinition: await aRevision(family),
      desiredCount,
      launchType: "FARGATE",
      loadBalancers,
      networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups: [securityGroup] } },
    }),
  );
  const look = async () =>
    (await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))).services![0]!;
  return { cluster, service, family, look };
}

async function aRevision(family: string): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      containerDefinitions: [
        {
          name: "app",
          image: "registry/app@sha256:0",
          essential: true,
          portMappings: [{ containerPort: 8080 }],
        },
      ],
    }),
  );
  return taskDefinition!.taskDefinitionArn!;
}

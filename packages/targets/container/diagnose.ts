// Whether the cluster of an environment is there, and its roles may be handed to tasks.
import type { Environment } from "#core/domain/environment.ts";
import { type Check, check, checkRole, missing, type RoleReader } from "#core/driver/diagnosis.ts";
import { diagnoseBalancer } from "#targets/balancer/diagnose.ts";
import { diagnoseNamespace } from "#targets/cloud-map/diagnose.ts";
import { type ContainerClients, describeCluster } from "./client.ts";

const TASKS = "ecs-tasks.amazonaws.com";
const ECS = "ecs.amazonaws.com";

export async function diagnose(
  clients: ContainerClients,
  environment: Environment,
  roles: RoleReader | undefined,
): Promise<Check[]> {
  const { cluster, network, loadBalancer } = environment;
  if (!cluster) return [];
  const needs = Object.entries({ network, loadBalancer }).filter(([, value]) => value === undefined);
  const checks = [
    check("cluster.arn", "Name an ECS cluster of this account and region that is active.", () =>
      active(clients, cluster.arn),
    ),
    checkRole("cluster.executionRoleArn", cluster.executionRoleArn, TASKS, roles),
    ...(cluster.taskRoleArn ? [checkRole("cluster.taskRoleArn", cluster.taskRoleArn, TASKS, roles)] : []),
    ...(cluster.infrastructureRoleArn
      ? [checkRole("cluster.infrastructureRoleArn", cluster.infrastructureRoleArn, ECS, roles)]
      : []),
  ];
  return [
    ...(await diagnoseBalancer(clients.elb, environment)),
    ...(await diagnoseNamespace(clients.discovery, environment)),
    ...(await Promise.all(checks)),
    ...needs.map(([path]) =>
      missing(path, `cluster needs ${path}, and there is none.`, `Describe ${path} in the environment.`),
    ),
  ];
}

async function active(clients: ContainerClients, arn: string): Promise<string> {
  const found = await describeCluster(clients, arn);
  if (!found) throw new Error(`There is no cluster ${arn}.`);
  if (found.status !== "ACTIVE") throw new Error(`The cluster is ${found.status}, not ACTIVE.`);
  return `${found.clusterName} is active.`;
}

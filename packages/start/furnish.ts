// What a platform team would have made before the first deployment: servers in a pool and a cluster per environment, a
// load balancer, a base image, and the environments that name them. Settings that somebody changed are left alone.

import { userInfo } from "node:os";
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { createClient } from "#client/client.ts";
import type { Blueprint } from "#infra/blueprint.ts";
import type { Sandbox } from "#sandbox/sandbox.ts";
import type { AwsAccess } from "./deploy/access.ts";
import { furnishClusters } from "./furnish-cluster.ts";
import { furnishFiles } from "./furnish-files.ts";
import { furnishRole, readingSecrets } from "./furnish-role.ts";

const ENVIRONMENTS = ["dev", "stage", "prod"];
/** Of the sandbox's default VPC, one in each of two zones. */
const SUBNETS = ["subnet-sandbox-a", "subnet-sandbox-b"];
const SECURITY_GROUP = "sg-sandbox-default";
/** Amazon Linux 2023 for Graviton, as the sandbox has it. */
const BASE_IMAGE = "ami-0a12023ba5e00a640";
const PORTS = { from: 8100, to: 8999 };

type Furnishing = {
  sandbox: Sandbox;
  access: AwsAccess;
  apiUrl: string;
  token: string;
  plan: Blueprint;
  servers: number;
};

export async function furnish(house: Furnishing): Promise<void> {
  const { sandbox, access, plan } = house;
  const [arn, fileSystem, clusters, instanceProfileArn] = await Promise.all([
    loadBalancer(access),
    furnishFiles(access, SUBNETS),
    furnishClusters({ sandbox, access, names: plan.names }, ENVIRONMENTS),
    instanceProfile(house),
    servers(house),
    // Made by the blueprint, without a right of its own: what apps may read is for who runs the platform to say.
    furnishRole(access, plan.names, {
      short: plan.appFunctionRole.short,
      service: "lambda.amazonaws.com",
      statements: readingSecrets(plan.names),
    }),
  ]);
  const client = createClient({ url: house.apiUrl, token: house.token });
  const known = new Set((await client.environments.list()).items.map((one) => one.name));
  await Promise.all(
    ENVIRONMENTS.filter((name) => !known.has(name)).map((name) =>
      client.environments.put(name, {
        pools: {
          web: {
            ssm: { tags: { environment: name, pool: "web" } },
            user: userInfo().username,
            directory: "tutti",
          },
        },
        loadBalancer: { arn, ports: PORTS, vpcId: "vpc-sandbox" },
        network: { subnetIds: SUBNETS, securityGroupIds: [SECURITY_GROUP] },
        storage: { fileSystem },
        vm: {
          baseImageId: BASE_IMAGE,
          instanceType: "t4g.small",
          instanceProfileArn,
          user: userInfo().username,
          directory: "tutti",
        },
        // Whoever tries hooks here listens on this machine.
        hooks: { allowPrivate: ["127.0.0.0/8", "::1"] },
        cluster: clusters[ENVIRONMENTS.indexOf(name)],
        functionRoleArn: plan.names.roleArn(plan.appFunctionRole.short),
      }),
    ),
  );
}

/** In the sandbox a profile is its role, by the name. */
async function instanceProfile({ access, plan }: Furnishing): Promise<string> {
  const role = await furnishRole(access, plan.names, {
    short: "instance",
    service: "ec2.amazonaws.com",
    statements: readingSecrets(plan.names),
  });
  return role.replace(":role/", ":instance-profile/");
}

async function loadBalancer(access: AwsAccess): Promise<string> {
  const elb = new ElasticLoadBalancingV2Client(access);
  const answer = await elb.send(new CreateLoadBalancerCommand({ Name: "tutti", Subnets: SUBNETS }));
  return answer.LoadBalancers![0]!.LoadBalancerArn!;
}

async function servers({ sandbox, access, plan, servers }: Furnishing): Promise<void> {
  const roleArn = await furnishRole(access, plan.names, {
    short: "host",
    service: "ssm.amazonaws.com",
    statements: readingSecrets(plan.names),
  });
  const numbers = Array.from({ length: servers }, (_, i) => i + 1);
  const machines = ENVIRONMENTS.flatMap((environment, e) =>
    numbers.map((n) => ({
      id: `mi-${(e + 1).toString().padStart(2, "0")}${n.toString().padStart(15, "0")}`,
      name: `${environment}-web-${n}`,
      tags: { environment, pool: "web" },
      roleArn,
    })),
  );
  await Promise.all(machines.map((one) => sandbox.machines.ensure(one)));
}

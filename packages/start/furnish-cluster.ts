// Where containers run: a cluster per environment with a few hosts for the launch type EC2, and the two roles that every
// task has. Idempotent, as all furnishing is.
import { CreateClusterCommand, ECSClient } from "@aws-sdk/client-ecs";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { Cluster } from "#core/domain/environment.ts";
import type { Names } from "#infra/names.ts";
import type { Sandbox } from "#sandbox/sandbox.ts";
import type { AwsAccess } from "./deploy/access.ts";
import { ignoring } from "./deploy/ignoring.ts";

/** Hosts of a cluster: one in each zone. */
const ZONES = ["a", "b"];
const HOST = { cpu: 2048, memoryMib: 4096 };

const PROVIDERS = ["FARGATE", "FARGATE_SPOT"];

type Furnishing = { sandbox: Sandbox; access: AwsAccess; names: Names };

/** In the order of `environments`. */
export async function furnishClusters(
  { sandbox, access, names }: Furnishing,
  environments: string[],
): Promise<Cluster[]> {
  const ecs = new ECSClient(access);
  const [executionRoleArn, taskRoleArn] = await Promise.all([
    role(access, names, "task-execution", PULLING),
    role(access, names, "task", null),
  ]);
  return Promise.all(
    environments.map(async (environment, number) => {
      const { cluster } = await ecs.send(
        new CreateClusterCommand({ clusterName: environment, capacityProviders: PROVIDERS }),
      );
      await Promise.all(
        ZONES.map((zone, at) => host(sandbox, environment, zone, number * ZONES.length + at)),
      );
      return { arn: cluster!.clusterArn!, executionRoleArn, taskRoleArn };
    }),
  );
}

function host({ containers, platform }: Sandbox, cluster: string, zone: string, number: number) {
  const id = `i-0${number.toString(16).padStart(16, "0")}`;
  return containers.ensureInstance({ cluster, id, availabilityZone: `${platform.region}${zone}`, ...HOST });
}

/** What pulling takes, as in AWS's own AmazonECSTaskExecutionRolePolicy. */
const PULLING = {
  Effect: "Allow",
  Action: [
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchGetImage",
  ],
  Resource: "*",
};

async function role(
  access: AwsAccess,
  names: Names,
  short: string,
  statement: object | null,
): Promise<string> {
  const iam = new IAMClient(access);
  const RoleName = names.roleName(short);
  const trust = {
    Effect: "Allow",
    Principal: { Service: "ecs-tasks.amazonaws.com" },
    Action: "sts:AssumeRole",
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
  await ignoring(
    "EntityAlreadyExistsException",
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument })),
  );
  if (statement) {
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "pulling", PolicyDocument }));
  }
  return names.roleArn(short);
}

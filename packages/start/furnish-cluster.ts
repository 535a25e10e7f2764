// Where containers run: a cluster per environment with a few hosts for the launch type EC2, and the two roles that every
// task has, with the one that ECS makes their disks with. Idempotent, as all furnishing is.
import { CreateClusterCommand, ECSClient } from "@aws-sdk/client-ecs";
import type { Cluster } from "#core/domain/environment.ts";
import type { Names } from "#infra/names.ts";
import type { Sandbox } from "#sandbox/sandbox.ts";
import type { AwsAccess } from "./deploy/access.ts";
import { furnishRole, readingSecrets } from "./furnish-role.ts";

/** Hosts of a cluster: one in each zone. */
const ZONES = ["a", "b"];
const HOST = { cpu: 2048, memoryMib: 4096 };

const TASKS = "ecs-tasks.amazonaws.com";
const ECS = "ecs.amazonaws.com";
const PROVIDERS = ["FARGATE", "FARGATE_SPOT"];

type Furnishing = { sandbox: Sandbox; access: AwsAccess; names: Names };

/** In the order of `environments`. */
export async function furnishClusters(
  { sandbox, access, names }: Furnishing,
  environments: string[],
): Promise<Cluster[]> {
  const ecs = new ECSClient(access);
  const [executionRoleArn, taskRoleArn, infrastructureRoleArn] = await Promise.all([
    furnishRole(access, names, {
      short: "task-execution",
      service: TASKS,
      statements: [PULLING, ...readingSecrets(names)],
    }),
    furnishRole(access, names, { short: "task", service: TASKS, statements: [] }),
    furnishRole(access, names, { short: "task-disks", service: ECS, statements: [MAKING_DISKS] }),
  ]);
  return Promise.all(
    environments.map(async (environment, number) => {
      const { cluster } = await ecs.send(
        new CreateClusterCommand({ clusterName: environment, capacityProviders: PROVIDERS }),
      );
      await Promise.all(
        ZONES.map((zone, at) => host(sandbox, environment, zone, number * ZONES.length + at)),
      );
      return { arn: cluster!.clusterArn!, executionRoleArn, taskRoleArn, infrastructureRoleArn };
    }),
  );
}

function host({ containers, platform }: Sandbox, cluster: string, zone: string, number: number) {
  const id = `i-0${number.toString(16).padStart(16, "0")}`;
  return containers.ensureInstance({ cluster, id, availabilityZone: `${platform.region}${zone}`, ...HOST });
}

/** Of AWS's own AmazonECSInfrastructureRolePolicyForVolumes, what is asked for here. */
const MAKING_DISKS = {
  Effect: "Allow",
  Action: ["ec2:CreateVolume", "ec2:CreateTags", "ec2:DescribeVolumes", "ec2:DeleteVolume"],
  Resource: "*",
};

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

// A place for the container driver to work on: a sandbox with a cluster, hosts, a registry and a load balancer, and the
// driver with its own grants and no more.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { ECRClient } from "@aws-sdk/client-ecr";
import { CreateClusterCommand, DescribeServicesCommand, ECSClient, type Service } from "@aws-sdk/client-ecs";
import { EFSClient } from "@aws-sdk/client-efs";
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import type { Environment } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import { furnishFiles } from "#start/furnish-files.ts";
import { createContainerDriver } from "#targets/container/driver.ts";
import { openWorld } from "#test/sandbox/container-world.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { aTarget } from "./a-target.ts";
import { type Access, asFunction, asRoot, makeRole, NAMES } from "./as-role.ts";
import { type ContainerNature, containerImages } from "./container-images.ts";
import { steadyLoad } from "./steady-load.ts";

const clock = {
  now: () => Date.now(),
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};

export type Place = Awaited<ReturnType<typeof openPlace>>;

export async function openPlace() {
  const directory = mkdtempSync(join(tmpdir(), "tutti-contract-"));
  const sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  const driver = createContainerDriver(clientsWith(await asFunction(sandbox, "driver-container")));
  const clients = clientsWith(asRoot(sandbox));
  const images = containerImages(await openWorld(sandbox));
  const environment = await furnish(sandbox);
  let apps = 0;

  const open = async (overrides: Partial<Spec> = {}, more: Partial<Environment> = {}) => {
    apps += 1;
    const { target, releases } = aTarget(specOf(`shop-${apps}`, overrides), clock, {
      ...environment,
      ...more,
    });
    return {
      driver,
      target,
      makeRelease: async (version: string, nature: ContainerNature = "good") =>
        releases.add(version, { image: await images(version, nature) }),
      load: steadyLoad,
      close: () => driver.retire(target),
    };
  };
  return {
    sandbox,
    driver,
    clients,
    cluster: environment.cluster!.arn,
    open,
    service: (target: TargetContext, side: "a" | "b" = "a") => serviceOf(clients.ecs, target, side),
    close: async () => {
      await sandbox.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function serviceName({ app }: TargetContext, side: "a" | "b" = "a"): string {
  return `${NAMES.appFunctionPrefix}${app}_prod_${side}`;
}

/** `undefined` where there is none, or it was deleted. */
async function serviceOf(
  ecs: ECSClient,
  target: TargetContext,
  side: "a" | "b",
): Promise<Service | undefined> {
  const command = new DescribeServicesCommand({
    cluster: target.environment.cluster!.arn,
    services: [serviceName(target, side)],
  });
  const found = (await ecs.send(command)).services?.[0];
  return found?.status === "ACTIVE" ? found : undefined;
}

function clientsWith(access: Access) {
  return {
    ecs: new ECSClient(access),
    ecr: new ECRClient(access),
    efs: async () => new EFSClient(access),
    discovery: async () => new ServiceDiscoveryClient({ ...access, disableHostPrefix: true }),
    scaling: new ApplicationAutoScalingClient(access),
    elb: new ElasticLoadBalancingV2Client(access),
    namePrefix: NAMES.appFunctionPrefix,
    secretArn: async () => null,
  };
}

/** What a platform team would have made: a cluster with two hosts, a role that may pull, a load balancer. */
async function furnish(sandbox: Sandbox): Promise<Partial<Environment>> {
  const { ecs, elb } = clientsWith(asRoot(sandbox));
  const { cluster } = await ecs.send(new CreateClusterCommand({ clusterName: "main" }));
  for (const zone of ["a", "b"])
    await sandbox.containers.ensureInstance({
      cluster: "main",
      id: `i-0000000000000000${zone}`,
      cpu: 1024,
      memoryMib: 1024,
      availabilityZone: `us-east-1${zone}`,
    });
  const executionRoleArn = await makeRole(sandbox, "task-execution", [
    {
      actions: ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: ["*"],
    },
  ]);
  const infrastructureRoleArn = await makeRole(sandbox, "task-disks", [
    {
      actions: ["ec2:CreateVolume", "ec2:CreateTags", "ec2:DescribeVolumes", "ec2:DeleteVolume"],
      resources: ["*"],
    },
  ]);
  const made = await elb.send(
    new CreateLoadBalancerCommand({ Name: "tutti", Subnets: ["subnet-1", "subnet-2"] }),
  );
  const { LoadBalancerArn, VpcId } = made.LoadBalancers![0]!;
  const subnetIds = ["subnet-sandbox-a", "subnet-sandbox-b"];
  return {
    cluster: { arn: cluster!.clusterArn!, executionRoleArn, infrastructureRoleArn },
    network: { subnetIds, securityGroupIds: [] },
    storage: { fileSystem: await furnishFiles(asRoot(sandbox), subnetIds), uid: 1000, gid: 1000 },
    loadBalancer: { arn: LoadBalancerArn!, vpcId: VpcId ?? "vpc-1", ports: { from: 8000, to: 8099 } },
  };
}

function specOf(app: string, overrides: Partial<Spec>): Spec {
  return aSpec({
    app,
    kind: "container",
    replicas: 2,
    health: {
      path: "/healthz",
      intervalSeconds: 0.1,
      timeoutSeconds: 1,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      graceSeconds: 1,
    },
    rollout: aRollout({ batch: "100%", maxSurge: 1, maxUnavailable: 0, drainSeconds: 1 }),
    ...overrides,
  });
}

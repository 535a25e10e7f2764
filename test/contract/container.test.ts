// The container driver on the sandbox's ECS, ECR and load balancer: real processes from real images behind a real proxy.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECRClient } from "@aws-sdk/client-ecr";
import { CreateClusterCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Driver } from "#core/driver/driver.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import { createContainerDriver } from "#targets/container/driver.ts";
import { openWorld } from "#test/sandbox/container-world.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { aTarget } from "./a-target.ts";
import { type Access, asFunction, asRoot, makeRole, NAMES } from "./as-role.ts";
import { containerImages } from "./container-images.ts";
import { driverContract, type Harness } from "./driver.ts";
import { steadyLoad } from "./steady-load.ts";

let sandbox: Sandbox;
let directory: string;
let driver: Driver;
let images: ReturnType<typeof containerImages>;
let environment: Partial<Environment>;
let apps = 0;

const clock = {
  now: () => Date.now(),
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tutti-contract-"));
  sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  driver = createContainerDriver(depsWith(await asFunction(sandbox, "driver-container")));
  images = containerImages(await openWorld(sandbox));
  environment = await furnish();
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
});

function depsWith(access: Access) {
  return {
    ecs: new ECSClient(access),
    ecr: new ECRClient(access),
    elb: new ElasticLoadBalancingV2Client(access),
    namePrefix: NAMES.appFunctionPrefix,
  };
}

/** What a platform team would have made: a cluster, a role that may pull, a load balancer. */
async function furnish(): Promise<Partial<Environment>> {
  const { ecs, elb } = depsWith(asRoot(sandbox));
  const { cluster } = await ecs.send(new CreateClusterCommand({ clusterName: "main" }));
  const executionRoleArn = await makeRole(sandbox, "task-execution", [
    {
      actions: ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: ["*"],
    },
  ]);
  const made = await elb.send(
    new CreateLoadBalancerCommand({ Name: "tutti", Subnets: ["subnet-1", "subnet-2"] }),
  );
  const { LoadBalancerArn, VpcId } = made.LoadBalancers![0]!;
  return {
    cluster: { arn: cluster!.clusterArn!, executionRoleArn },
    network: { subnetIds: ["subnet-sandbox-a", "subnet-sandbox-b"], securityGroupIds: [] },
    loadBalancer: { arn: LoadBalancerArn!, vpcId: VpcId ?? "vpc-1", ports: { from: 8000, to: 8099 } },
  };
}

async function open(overrides: Partial<Spec> = {}): Promise<Harness> {
  apps += 1;
  const spec = aSpec({
    app: `shop-${apps}`,
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
  const { target, releases } = aTarget(spec, clock, environment);
  return {
    driver,
    target,
    makeRelease: async (version, nature) => releases.add(version, { image: await images(version, nature) }),
    load: steadyLoad,
    close: () => driver.retire(target),
  };
}

driverContract("container", open, {
  unhealthy: /500/,
  crashing: /it exited with exit code 3/,
  otherDigest: /its image cannot be pulled: .*sha256:0{64}/,
  noArchive: /its image cannot be pulled: .*no-such-repository/,
});

// A sandbox with three managed hosts and a load balancer, the server driver with the rights of its own function, and apps
// on them that a test opens.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import {
  CreateLoadBalancerCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Environment, SsmPool } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import { startSandbox } from "#sandbox/sandbox.ts";
import type { ServerClients } from "#targets/server/client.ts";
import { createServerDriver } from "#targets/server/driver.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { aTarget } from "./a-target.ts";
import { type Access, asFunction, asRoot, NAMES } from "./as-role.ts";
import type { Harness } from "./driver.ts";
import { type ServerNature, serverArchive } from "./server-archive.ts";
import { steadyLoad } from "./steady-load.ts";

export type ServerWorld = Awaited<ReturnType<typeof openServerWorld>>;

const clock = {
  now: () => Date.now(),
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};

export async function openServerWorld() {
  const directory = mkdtempSync(join(tmpdir(), "tutti-contract-"));
  const sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  for (const number of [1, 2, 3])
    await sandbox.machines.ensure({ id: machineId(number), name: `web-${number}`, tags: { pool: "web" } });
  const driver = createServerDriver(clientsWith(await asFunction(sandbox, "driver-server")));
  const clients = clientsWith(asRoot(sandbox));
  await clients.s3.send(new CreateBucketCommand({ Bucket: NAMES.bucket }));
  const made = await clients.elb.send(
    new CreateLoadBalancerCommand({ Name: "tutti", Subnets: ["subnet-1", "subnet-2"] }),
  );
  const { LoadBalancerArn, VpcId } = made.LoadBalancers![0]!;
  const loadBalancer = { arn: LoadBalancerArn!, vpcId: VpcId ?? "vpc-1", ports: { from: 8000, to: 8099 } };
  let apps = 0;

  async function open(
    overrides: Partial<Spec> = {},
    settings: Partial<SsmPool> = {},
    more: Partial<Environment> = {},
  ) {
    apps += 1;
    const spec = aSpec({
      app: `shop-${apps}`,
      replicas: 2,
      health: HEALTH,
      rollout: aRollout({ drainSeconds: 1 }),
      ...overrides,
    });
    const pools = {
      web: { ssm: { tags: { pool: "web" } }, user: userInfo().username, directory: "apps", ...settings },
    };
    const { target, releases } = aTarget(spec, clock, { pools, loadBalancer, ...more });
    const keyOf = (version: string) => ({ Bucket: NAMES.bucket, Key: `uploads/${spec.app}/${version}` });
    const makeRelease = async (version: string, nature: ServerNature) => {
      const { bytes, sha256 } = await serverArchive(version, nature);
      await clients.s3.send(new PutObjectCommand({ ...keyOf(version), Body: bytes }));
      releases.add(version, { uri: `s3://${NAMES.bucket}/${keyOf(version).Key}`, sha256 });
    };
    const close = () => driver.retire(target);
    const harness: Harness = { driver, target, makeRelease, load: steadyLoad, close };
    const forget = (version: string) => clients.s3.send(new DeleteObjectCommand(keyOf(version)));
    return { ...harness, makeRelease, forget };
  }

  async function targetGroupArn(app: string): Promise<string> {
    const Names = [`tutti-${app}-prod`];
    const found = await clients.elb.send(new DescribeTargetGroupsCommand({ Names }));
    return found.TargetGroups![0]!.TargetGroupArn!;
  }

  return {
    sandbox,
    directory,
    driver,
    clients,
    open,
    targetGroupArn,
    homeOn: (number: number, app: string) =>
      join(directory, "machines", machineId(number), "apps", `${app}-prod`),
    async close() {
      await sandbox.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const HEALTH = {
  path: "/healthz",
  intervalSeconds: 0.1,
  timeoutSeconds: 1,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  graceSeconds: 1,
};

function clientsWith(access: Access): ServerClients {
  return {
    ssm: new SSMClient(access),
    s3: new S3Client(access),
    secrets: async () => new SecretsManagerClient(access),
    elb: new ElasticLoadBalancingV2Client(access),
    // A prefix before a literal address would be no address.
    discovery: async () => new ServiceDiscoveryClient({ ...access, disableHostPrefix: true }),
  };
}

export function machineId(number: number): string {
  return `mi-0000000000000000${number}`;
}

// A place for virtual machines on a bare sandbox: a load balancer, an environment, and of the blueprint the one function and
// the one workflow that make images.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Environment } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Driver } from "#core/driver/driver.ts";
import { blueprint } from "#infra/blueprint.ts";
import { bundleFunctions } from "#infra/bundles/bundle.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import { deployFunctions } from "#start/deploy/functions.ts";
import { deployMachines } from "#start/deploy/machines.ts";
import { deployRoles } from "#start/deploy/roles.ts";
import type { VmSetup } from "#targets/vm/client.ts";
import { createVmDriver } from "#targets/vm/driver.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { aTarget } from "./a-target.ts";
import { type Access, asFunction, asRoot, NAMES } from "./as-role.ts";
import type { Harness } from "./driver.ts";
import { type ServerNature, serverArchive } from "./server-archive.ts";
import { steadyLoad } from "./steady-load.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
/** Amazon Linux for Graviton, as the sandbox has it. */
export const BASE_IMAGE = "ami-0a12023ba5e00a640";

export function vmClients(access: Access): VmSetup {
  return {
    ec2: new EC2Client(access),
    autoscaling: new AutoScalingClient(access),
    ssm: new SSMClient(access),
    sfn: new SFNClient(access),
    elb: new ElasticLoadBalancingV2Client(access),
    // A prefix before a literal address would be no address.
    discovery: async () => new ServiceDiscoveryClient({ ...access, disableHostPrefix: true }),
    namePrefix: NAMES.vmPrefix,
    imageMachineArn: NAMES.imageMachineArn,
  };
}

/** Answers what an environment says of it. */
export async function openVmWorld(sandbox: Sandbox): Promise<Partial<Environment>> {
  const access = asRoot(sandbox);
  await Promise.all([deployImageWorkflow(access), makeBucket(access)]);
  const made = await new ElasticLoadBalancingV2Client(access).send(
    new CreateLoadBalancerCommand({ Name: "tutti", Subnets: ["subnet-sandbox-a", "subnet-sandbox-b"] }),
  );
  const { LoadBalancerArn, VpcId } = made.LoadBalancers![0]!;
  return {
    loadBalancer: { arn: LoadBalancerArn!, vpcId: VpcId ?? "vpc-sandbox", ports: { from: 8000, to: 8199 } },
    network: { subnetIds: ["subnet-sandbox-a", "subnet-sandbox-b"], securityGroupIds: [] },
    vm: {
      baseImageId: BASE_IMAGE,
      instanceType: "t4g.small",
      instanceProfileArn: `arn:aws:iam::${NAMES.account}:instance-profile/apps`,
      user: userInfo().username,
      directory: "tutti",
    },
  };
}

const clock = {
  now: () => Date.now(),
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};

/** Natures of server apps, and an artifact whose bytes are the test's own. */
export type VmHarness = Harness & {
  makeRelease(version: string, nature: ServerNature): Promise<void>;
  putRelease(version: string, bytes: Uint8Array): Promise<void>;
};

/** Targets of one app, each in an environment of its own: what is baked for one stands for all as long as one names it. */
export function vmPlaces(sandbox: Sandbox, driver: Driver, environment: Partial<Environment>) {
  let places = 0;
  const s3 = new S3Client(asRoot(sandbox));
  return (overrides: Partial<Spec> = {}): VmHarness => {
    places += 1;
    const spec = vmSpec(overrides);
    const { target, releases } = aTarget(spec, clock, { ...environment, name: `prod${places}` });
    const put = async (version: string, bytes: Uint8Array, sha256: string) => {
      const Key = `uploads/${spec.app}/${sha256}-${version}`;
      await s3.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key, Body: bytes }));
      releases.add(version, { uri: `s3://${NAMES.bucket}/${Key}`, sha256 });
    };
    return {
      driver,
      target,
      makeRelease: async (version, nature) => {
        const { bytes, sha256 } = await serverArchive(version, nature);
        await put(version, bytes, sha256);
      },
      putRelease: (version, bytes) => put(version, bytes, createHash("sha256").update(bytes).digest("hex")),
      load: steadyLoad,
      close: () => driver.retire(target),
    };
  };
}

function vmSpec(overrides: Partial<Spec>): Spec {
  return aSpec({
    app: "shop",
    kind: "vm",
    start: "node app.js",
    replicas: 2,
    health: {
      path: "/healthz",
      intervalSeconds: 0.1,
      timeoutSeconds: 1,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      graceSeconds: 2,
    },
    rollout: aRollout({ maxSurge: 1, maxUnavailable: 0, drainSeconds: 1 }),
    ...overrides,
  });
}

async function makeBucket(access: Access): Promise<void> {
  await new S3Client(access).send(new CreateBucketCommand({ Bucket: NAMES.bucket }));
}

async function deployImageWorkflow(access: Access): Promise<void> {
  const whole = blueprint({ name: "tutti", account: NAMES.account, region: NAMES.region }, "0".repeat(64));
  const functions = whole.functions.filter(({ short }) => short === "image");
  const stateMachines = whole.stateMachines.filter(({ short }) => short === "bake");
  const plan = { ...whole, functions, stateMachines, schedules: [], rules: [] };
  const [bundles] = await Promise.all([bundleFunctions(ROOT, functions), deployRoles(plan, access)]);
  await deployFunctions(plan, bundles, access);
  await deployMachines(plan, access);
}

export type VmHouse = Awaited<ReturnType<typeof openVmHouse>>;

/** The driver as its function runs it, on a sandbox of its own. `own` has the driver's grants, `clients` the owner's. */
export async function openVmHouse() {
  const directory = mkdtempSync(join(tmpdir(), "tutti-vm-"));
  const sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  const environment = await openVmWorld(sandbox);
  const own = vmClients(await asFunction(sandbox, "driver-vm"));
  const driver = createVmDriver(own);
  return {
    sandbox,
    own,
    driver,
    clients: vmClients(asRoot(sandbox)),
    open: vmPlaces(sandbox, driver, environment),
    async close() {
      await sandbox.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

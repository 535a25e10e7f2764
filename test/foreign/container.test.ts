// The container driver's calls on a judge: a release becomes a revision, a service and a target group, is replaced, and
// all of it goes again. Copies never become healthy there (no task runs, or none reaches the load balancer), so nothing is
// rolled to its end: that is judged on the sandbox.
import {
  ApplicationAutoScalingClient,
  DescribeScalingPoliciesCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { ECRClient } from "@aws-sdk/client-ecr";
import {
  CreateClusterCommand,
  DescribeServicesCommand,
  ECSClient,
  ListServicesCommand,
  type Service,
} from "@aws-sdk/client-ecs";
import { EFSClient } from "@aws-sdk/client-efs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeAll, expect, inject, test } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Progress } from "#core/driver/driver.ts";
import { systemClock } from "#functions/deps/clock.ts";
import { createContainerDriver } from "#targets/container/driver.ts";
import { aTarget } from "#test/contract/a-target.ts";
import type { Harness } from "#test/contract/driver.ts";
import { planTo, playStep } from "#test/contract/roll.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { aLoadBalancer, aNetwork } from "./capabilities/balancer.ts";
import { ensureRole, fresh } from "./capabilities/probe.ts";
import { NO_POLICY } from "./capabilities/scaling.ts";
import { lackOf } from "./lacks.ts";

const ecs = new ECSClient({});
let environment: Partial<Environment>;

beforeAll(async () => {
  const clusterName = fresh("cluster");
  const { cluster } = await ecs.send(new CreateClusterCommand({ clusterName }));
  const network = await aNetwork();
  const arn = await aLoadBalancer(network);
  environment = {
    cluster: { arn: cluster!.clusterArn!, executionRoleArn: await ensureRole("task-execution") },
    network: { subnetIds: network.subnets, securityGroupIds: [network.securityGroup] },
    loadBalancer: { arn, vpcId: network.vpcId, ports: { from: 8200, to: 8299 } },
  };
});

async function open(): Promise<Harness> {
  const spec = aSpec({
    app: fresh("shop"),
    kind: "container",
    replicas: 2,
    rollout: aRollout({ batch: "100%", maxSurge: 1, maxUnavailable: 0, drainSeconds: 1 }),
  });
  const { target, releases } = aTarget(spec, systemClock, environment);
  const driver = createContainerDriver({
    ecs,
    ecr: new ECRClient({}),
    discovery: async () => Promise.reject(new Error("no environment here names a namespace")),
    efs: async () => new EFSClient({}),
    scaling: scalingClient(),
    elb: new ElasticLoadBalancingV2Client({}),
    namePrefix: "tutti-app-",
    secretArn: async () => null,
  });
  const image = (digit: string) =>
    `000000000000.dkr.ecr.us-east-1.amazonaws.com/shop@sha256:${digit.repeat(64)}`;
  return {
    driver,
    target,
    makeRelease: async (version) => releases.add(version, { image: image(version.at(-1)!) }),
    close: () => driver.retire(target),
  };
}

/** Where the judge has no such service (lacks.ts), the driver is told what is true there: nothing scales. */
function scalingClient(): ApplicationAutoScalingClient {
  const client = new ApplicationAutoScalingClient({});
  if (lackOf(inject("judge").name, "Application Auto Scaling", NO_POLICY))
    mockClient(client).on(DescribeScalingPoliciesCommand).resolves({ ScalingPolicies: [] });
  return client;
}

/** Plays what prepares a release, and begins the first step that touches a copy. */
async function begin({ driver, target }: Harness, version: string) {
  const steps = await planTo(driver, target, version);
  const step = steps.find((one) => one.type !== "prepare")!;
  for (const one of steps.filter((other) => other.type === "prepare")) await playStep(driver, target, one);
  return { step, progress: await driver.apply(target, step, null) };
}

test("a release becomes one revision and one service behind the load balancer, however often it is begun", async () => {
  const harness = await open();
  const { driver, target, makeRelease } = harness;
  await makeRelease("v1", "good");
  const { step, progress } = await begin(harness, "v1");
  expect(progress.phase).toBe("running");
  const [first] = await servicesOf(target.app);
  expect(first).toMatchObject({ desiredCount: 2, launchType: "FARGATE" });
  expect(first!.loadBalancers).toMatchObject([{ containerPort: target.spec.port }]);
  expect(first!.taskDefinition).toMatch(/:1$/);
  expect((await driver.apply(target, step, null)).phase).toBe("running");
  expect((await driver.check(target, step, stateOf(progress))).phase).toBe("running");
  const again = await servicesOf(target.app);
  expect(again.map((one) => [one.serviceArn, one.taskDefinition])).toEqual([
    [first!.serviceArn, first!.taskDefinition],
  ]);
  await harness.close();
});

test("another release moves the service on to its own revision", async () => {
  const harness = await open();
  const { target, makeRelease } = harness;
  for (const version of ["v1", "v2"]) await makeRelease(version, "good");
  await begin(harness, "v1");
  const { progress } = await begin(harness, "v2");
  expect(progress.phase).toBe("running");
  const [service] = await servicesOf(target.app);
  expect(service!.taskDefinition).toMatch(/:2$/);
  await harness.close();
});

test("retiring leaves nothing behind, twice, and where nothing was", async () => {
  const harness = await open();
  const { driver, target, makeRelease } = harness;
  await driver.retire(target);
  await makeRelease("v1", "good");
  await begin(harness, "v1");
  await driver.retire(target);
  await driver.retire(target);
  expect(await servicesOf(target.app)).toEqual([]);
  const { replicas, endpoint } = await driver.inspect(target);
  expect({ replicas, endpoint }).toEqual({ replicas: [], endpoint: null });
});

function stateOf(progress: Progress): unknown {
  return progress.phase === "failed" ? expect.fail(progress.reason) : progress.state;
}

async function servicesOf(app: string): Promise<Service[]> {
  const cluster = environment.cluster!.arn;
  const { serviceArns = [] } = await ecs.send(new ListServicesCommand({ cluster }));
  const services = serviceArns.filter((arn) => arn.includes(app));
  if (services.length === 0) return [];
  const found = await ecs.send(new DescribeServicesCommand({ cluster, services }));
  return (found.services ?? []).filter((one) => one.status === "ACTIVE");
}

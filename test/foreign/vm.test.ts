// The virtual machine driver's calls on a judge, as far as it goes: launch template versions, an Auto Scaling group behind the
// load balancer, a rolling release, the way back, and all of it gone again. No app runs there, and every target is called
// healthy: what is judged is that the calls are well-formed and in a possible order. Images stand in for baked ones.
import {
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateImageCommand,
  CreateTagsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SSMClient } from "@aws-sdk/client-ssm";
import { beforeAll, expect, inject, test } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import { systemClock } from "#functions/deps/clock.ts";
import { createVmDriver } from "#targets/vm/driver.ts";
import { keyOf } from "#targets/vm/image/request.ts";
import { tagList } from "#targets/vm/naming.ts";
import { aTarget } from "#test/contract/a-target.ts";
import { expectPlayed, roll } from "#test/contract/roll.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { aLoadBalancer, aNetwork } from "./capabilities/balancer.ts";
import { fresh } from "./capabilities/probe.ts";
import { lackOf } from "./lacks.ts";

const judge = inject("judge");
const can = (service: string, capability: string) => !lackOf(judge.name, service, capability);
const ec2 = new EC2Client({});
const autoscaling = new AutoScalingClient({});
let environment: Partial<Environment>;

beforeAll(async () => {
  const network = await aNetwork();
  const { Images } = await ec2.send(new DescribeImagesCommand({ MaxResults: 5 }));
  environment = {
    network: { subnetIds: network.subnets, securityGroupIds: [network.securityGroup] },
    loadBalancer: {
      arn: await aLoadBalancer(network),
      vpcId: network.vpcId,
      ports: { from: 8300, to: 8399 },
    },
    vm: {
      baseImageId: Images?.[0]?.ImageId ?? "ami-0abcdef1234567890",
      instanceType: "t3.micro",
      user: "tutti",
      directory: "/opt/tutti",
    },
  };
});

function open(overrides: Partial<Spec> = {}) {
  const rollout = aRollout({ maxSurge: 1, maxUnavailable: 0, drainSeconds: 0 });
  const spec = aSpec({ app: fresh("shop"), kind: "vm", replicas: 2, rollout, ...overrides });
  const { target, releases } = aTarget(spec, systemClock, environment);
  const driver = createVmDriver({
    ec2,
    autoscaling,
    ssm: new SSMClient({}),
    sfn: new SFNClient({}),
    elb: new ElasticLoadBalancingV2Client({}),
    discovery: async () => new ServiceDiscoveryClient({}),
    namePrefix: "tutti-vm-",
    imageMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:tutti-bake",
  });
  /** A release whose image stands already, tagged as the image workflow tags it. */
  async function makeRelease(version: string): Promise<void> {
    releases.add(version, { uri: `s3://artifacts/${version}.tar.gz`, sha256: version.repeat(8) });
    const ImageId = environment.vm!.baseImageId;
    const { Instances } = await ec2.send(new RunInstancesCommand({ ImageId, MinCount: 1, MaxCount: 1 }));
    const InstanceId = Instances![0]!.InstanceId!;
    const image = await ec2.send(new CreateImageCommand({ InstanceId, Name: fresh("image") }));
    const digest = keyOf(target, await target.release(version));
    const tags = { "tutti:app": target.app, "tutti:version": version, "tutti:digest": digest };
    await ec2.send(new CreateTagsCommand({ Resources: [image.ImageId!], Tags: tagList(tags) }));
  }
  return { driver, target, makeRelease };
}

test("sees nothing where nothing is", async () => {
  const { driver, target } = open();
  const { replicas, endpoint } = await driver.inspect(target);
  expect({ replicas, endpoint }).toEqual({ replicas: [], endpoint: null });
});

const arranges =
  can("EC2", "makes an image of an instance") &&
  can("Auto Scaling", "registers a group's instances with a target group");
const rolls =
  arranges &&
  can("Auto Scaling", "starts instances from a later version that has user data") &&
  can("Auto Scaling", "terminates one instance and lowers the count");

if (arranges)
  test("a release becomes a template version and a group behind the load balancer, and all of it goes again", async () => {
    const { driver, target, makeRelease } = open();
    await makeRelease("v1");
    expectPlayed(await roll(driver, target, "v1"));
    const [group] = await groupsOf(target.app);
    expect(group).toMatchObject({ LaunchTemplate: { Version: "1" }, HealthCheckType: "EC2" });
    expect(group!.TargetGroupARNs).toHaveLength(1);
    const { keeps, replicas } = await driver.inspect(target);
    expect({ keeps, versions: replicas.map((one) => one.version) }).toEqual({
      keeps: "v1",
      versions: ["v1", "v1"],
    });
    await driver.retire(target);
    await driver.retire(target);
    expect(await groupsOf(target.app)).toEqual([]);
    expect((await driver.inspect(target)).endpoint).toBeNull();
  });

if (arranges)
  test("each copy has a disk of its own in its zone, attached once, and named in its tags", async () => {
    const volumes = [{ name: "data", path: "/data", sizeGiB: 1 }];
    const { driver, target, makeRelease } = open({ volumes, rollout: aRollout({ drainSeconds: 0 }) });
    await makeRelease("v1");
    expectPlayed(await roll(driver, target, "v1"));
    const { replicas, volumes: live } = await driver.inspect(target);
    expect(live!.map(({ copy }) => copy).sort()).toEqual(replicas.map(({ id }) => id).sort());
    const InstanceIds = replicas.map(({ id }) => id);
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
    const named = Reservations!.flatMap(({ Instances = [] }) =>
      Instances.map(({ Tags = [], Placement }) => {
        const disk = Tags.find(({ Key }) => Key === "tutti:disk.data")?.Value;
        return `${disk} in ${Placement!.AvailabilityZone}`;
      }),
    );
    expect(named.sort()).toEqual(live!.map(({ where }) => where).sort());
    await driver.retire(target);
  });

if (rolls)
  test("a release is replaced and gone back from", async () => {
    const { driver, target, makeRelease } = open();
    for (const version of ["v1", "v2"]) await makeRelease(version);
    const way = [
      ["v1", false],
      ["v2", false],
      ["v1", true],
    ] as const;
    for (const [version, rollback] of way) {
      expectPlayed(await roll(driver, target, version, rollback));
      const { replicas } = await driver.inspect(target);
      expect(replicas.map((one) => one.version)).toEqual([version, version]);
    }
    await driver.retire(target);
  });

async function groupsOf(app: string): Promise<AutoScalingGroup[]> {
  const { AutoScalingGroups = [] } = await autoscaling.send(new DescribeAutoScalingGroupsCommand({}));
  return AutoScalingGroups.filter((one) => one.AutoScalingGroupName?.includes(app));
}

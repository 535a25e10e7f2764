// A group whose members are ended, stopped, rebooted and called unhealthy at random, and a sandbox that is restarted in
// between: afterwards there is what was asked for, and nothing else.
import {
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateCommand,
  DescribeInstancesCommand,
  RebootInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, test } from "vitest";
import { processesWith } from "#sandbox/ground/processes.ts";
import { eventually, type InstanceHouse, installsServer, instanceHouse } from "../sandbox/ec2-clients.ts";

const GROUP = { AutoScalingGroupName: "web" };
const CHURN_MILLISECONDS = 8_000;

/** Answers the target group of a group of four behind a load balancer. */
async function setUp({ ec2, elb, autoScaling, baseImage }: InstanceHouse): Promise<string> {
  const shape = { Protocol: "HTTP", Port: 8080 } as const;
  const made = await elb.send(
    new CreateTargetGroupCommand({
      ...shape,
      Name: "web",
      TargetType: "instance",
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
    }),
  );
  const { TargetGroupArn } = made.TargetGroups![0]!;
  const Subnets = ["subnet-sandbox-a", "subnet-sandbox-b"];
  const balancer = await elb.send(new CreateLoadBalancerCommand({ Name: "web", Subnets }));
  const { LoadBalancerArn } = balancer.LoadBalancers![0]!;
  const DefaultActions = [{ Type: "forward" as const, TargetGroupArn }];
  await elb.send(new CreateListenerCommand({ ...shape, LoadBalancerArn, DefaultActions }));
  const LaunchTemplateData = {
    ImageId: await baseImage(),
    InstanceType: "t3.micro" as const,
    UserData: installsServer("v1"),
  };
  await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: "web", LaunchTemplateData }));
  await autoScaling.send(
    new CreateAutoScalingGroupCommand({
      ...GROUP,
      LaunchTemplate: { LaunchTemplateName: "web" },
      VPCZoneIdentifier: Subnets.join(","),
      TargetGroupARNs: [TargetGroupArn!],
      MinSize: 0,
      MaxSize: 8,
      DesiredCapacity: 4,
    }),
  );
  return TargetGroupArn!;
}

async function members({ autoScaling }: InstanceHouse) {
  const { AutoScalingGroups } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  return AutoScalingGroups![0]!.Instances!;
}

const any = (below: number) => Math.floor(Math.random() * below);

/** Some of it comes at a wrong moment and is refused: that is part of it. */
async function churn(house: InstanceHouse): Promise<void> {
  const { ec2, autoScaling } = house;
  for (const end = Date.now() + CHURN_MILLISECONDS; Date.now() < end; ) {
    const all = await members(house);
    const InstanceId = all[any(all.length)]?.InstanceId ?? "";
    const InstanceIds = [InstanceId];
    const wishes = [
      () => autoScaling.send(new SetDesiredCapacityCommand({ ...GROUP, DesiredCapacity: any(7) })),
      () =>
        autoScaling.send(
          new TerminateInstanceInAutoScalingGroupCommand({
            InstanceId,
            ShouldDecrementDesiredCapacity: any(2) === 0,
          }),
        ),
      () => autoScaling.send(new SetInstanceHealthCommand({ InstanceId, HealthStatus: "Unhealthy" })),
      () => ec2.send(new TerminateInstancesCommand({ InstanceIds })),
      () => ec2.send(new StopInstancesCommand({ InstanceIds })),
      () => ec2.send(new RebootInstancesCommand({ InstanceIds })),
    ];
    await wishes[any(wishes.length)]!().catch((error: Error) =>
      expect(error.name).toMatch(/^(ValidationError|IncorrectInstanceState|InvalidInstanceID\.Malformed)$/),
    );
    await new Promise((resolve) => setTimeout(resolve, any(80)));
  }
}

test("after any churn a group has the members that it should have, all of them healthy, and nothing else runs", async () => {
  let house = await instanceHouse();
  const TargetGroupArn = await setUp(house);
  await churn(house);
  await house.stop();
  house = await instanceHouse(house.directory);
  await churn(house);
  await house.autoScaling.send(new SetDesiredCapacityCommand({ ...GROUP, DesiredCapacity: 3 }));
  await eventually(async () => (await members(house)).map((one) => one.LifecycleState)).toEqual(
    Array(3).fill("InService"),
  );
  const ids = (await members(house)).map((one) => one.InstanceId!).sort();

  const Values = ["pending", "running", "stopping", "stopped", "shutting-down"];
  const live = new DescribeInstancesCommand({ Filters: [{ Name: "instance-state-name", Values }] });
  await eventually(async () =>
    (await house.ec2.send(live))
      .Reservations!.flatMap((one) => one.Instances!.map((of) => of.InstanceId!))
      .sort(),
  ).toEqual(ids);
  const health = new DescribeTargetHealthCommand({ TargetGroupArn });
  await eventually(async () =>
    (await house.elb.send(health))
      .TargetHealthDescriptions!.map(({ Target, TargetHealth }) => `${Target!.Id} ${TargetHealth!.State}`)
      .sort(),
  ).toEqual(ids.map((id) => `${id} healthy`));
  const { Activities } = await house.autoScaling.send(new DescribeScalingActivitiesCommand(GROUP));
  expect(Activities!.filter((one) => one.EndTime === undefined)).toEqual([]);
  expect(house.log).toEqual([]);
  expect(processesWith("SANDBOX_DIRECTORY", house.directory)).toHaveLength(3);
  await house.stop();
  expect(processesWith("SANDBOX_DIRECTORY", house.directory)).toEqual([]);
});

// Auto Scaling as its users see it, with the unchanged SDK clients: a group of real processes behind a load balancer.
import {
  type Activity,
  AttachInstancesCommand,
  AttachLoadBalancerTargetGroupsCommand,
  AutoScalingClient,
  type AutoScalingGroup,
  CreateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DeleteTagsCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeLoadBalancerTargetGroupsCommand,
  DescribeScalingActivitiesCommand,
  DescribeTagsCommand,
  DetachInstancesCommand,
  DetachLoadBalancerTargetGroupsCommand,
  EnterStandbyCommand,
  ExitStandbyCommand,
  PutScalingPolicyCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  SetInstanceProtectionCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateImageCommand,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterEach, expect, test } from "vitest";
import { shared } from "#test/support/shared.ts";
import {
  base64,
  eventually,
  type InstanceHouse,
  installsServer,
  instanceHouse,
  textOf,
} from "./ec2-clients.ts";
import { keepAsking } from "./keep-asking.ts";
import { refusal } from "./running-sandbox.ts";

let house: InstanceHouse;
let ImageId: string;
const InstanceType = "t3.micro" as const;
let named = 0;
const unique = (what: string) => `${what}-${++named}`;
shared(
  async () => {
    house = await instanceHouse();
    ImageId = await house.baseImage();
  },
  () => house.stop(),
);

const groups: string[] = [];
afterEach(async () => {
  for (const AutoScalingGroupName of groups.splice(0))
    await house.autoScaling
      .send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }))
      .catch(() => undefined);
});

async function aTemplate(data: object = {}): Promise<string> {
  const made = await house.ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: unique("template"),
      LaunchTemplateData: { ImageId, InstanceType, ...data },
    }),
  );
  return made.LaunchTemplate!.LaunchTemplateId!;
}

type Wanted = Partial<CreateAutoScalingGroupCommandInput>;

async function aGroup(LaunchTemplateId: string, wanted: Wanted = {}): Promise<string> {
  const AutoScalingGroupName = unique("group");
  groups.push(AutoScalingGroupName);
  await house.autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName,
      LaunchTemplate: { LaunchTemplateId, Version: "$Latest" },
      VPCZoneIdentifier: "subnet-sandbox-a,subnet-sandbox-b",
      MinSize: 0,
      MaxSize: 6,
      DesiredCapacity: 2,
      ...wanted,
    }),
  );
  return AutoScalingGroupName;
}

async function describeGroup(name: string): Promise<AutoScalingGroup> {
  const asked = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
  return (await house.autoScaling.send(asked)).AutoScalingGroups![0]!;
}

const idsIn = ({ Instances = [] }: AutoScalingGroup, state = "InService") =>
  Instances.filter((one) => one.LifecycleState === state).map((one) => one.InstanceId!);

/** The ids of the members, as soon as all of them and no others are in service. */
async function settled(name: string, count: number): Promise<string[]> {
  const seen = { group: undefined as AutoScalingGroup | undefined };
  await eventually(async () => {
    seen.group = await describeGroup(name);
    return seen.group.Instances!.map((one) => one.LifecycleState);
  }).toEqual(Array(count).fill("InService"));
  return idsIn(seen.group!);
}

async function activities(name: string): Promise<Activity[]> {
  const asked = new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name });
  return (await house.autoScaling.send(asked)).Activities!;
}

const addressOf = async (id: string) => (await house.instance(id)).PrivateIpAddress;

test("A group keeps its count: members that are terminated or called unhealthy are replaced.", async () => {
  const { autoScaling, ec2 } = house;
  const Tags = [
    { Key: "app", Value: "shop", PropagateAtLaunch: true },
    { Key: "owner", Value: "me", PropagateAtLaunch: false },
  ];
  const name = await aGroup(await aTemplate(), { Tags });
  const [first, second] = await settled(name, 2);
  const group = await describeGroup(name);
  const Filters = [{ Name: "tag:app", Values: ["shop"] }];
  const tagged = await autoScaling.send(new DescribeAutoScalingGroupsCommand({ Filters }));
  const latest = expect.objectContaining({ Version: "$Latest" });
  expect(tagged.AutoScalingGroups).toContainEqual(
    expect.objectContaining({ AutoScalingGroupName: name, LaunchTemplate: latest }),
  );
  expect(new Set(group.Instances!.map((one) => one.AvailabilityZone)).size).toBe(2);
  const tags = (await house.instance(first!)).Tags!.map((tag) => `${tag.Key}=${tag.Value}`);
  expect(tags).toContain("app=shop");
  expect(tags).toContain(`aws:autoscaling:groupName=${name}`);
  expect(tags.join()).not.toContain("owner");

  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first!] }));
  await eventually(async () => idsIn(await describeGroup(name))).not.toContain(first);
  const [, third] = (await settled(name, 2)).sort((one) => (one === second ? -1 : 1));
  const bad = { InstanceId: second!, HealthStatus: "Unhealthy" };
  await autoScaling.send(new SetInstanceHealthCommand(bad));
  await eventually(async () => idsIn(await describeGroup(name))).not.toContain(second);
  expect(await settled(name, 2)).toContain(third);
  await house.until(second!, "terminated");
  const causes = (await activities(name)).map((one) => one.Cause);
  expect(causes).toContainEqual(
    expect.stringMatching(/^At \S+Z an instance was taken out of service in response to an EC2 health check/),
  );
  expect(causes).toContainEqual(expect.stringMatching(/in response to a user health-check\.$/));
});

/** A target group of instances behind a listener on the same port. */
async function aListener(Port: number): Promise<{ TargetGroupArn: string; url: string }> {
  const { elb } = house;
  const shape = { Protocol: "HTTP", Port } as const;
  const made = await elb.send(
    new CreateTargetGroupCommand({
      ...shape,
      Name: unique("targets"),
      TargetType: "instance",
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      UnhealthyThresholdCount: 2,
    }),
  );
  const TargetGroupArn = made.TargetGroups![0]!.TargetGroupArn!;
  const Subnets = ["subnet-sandbox-a", "subnet-sandbox-b"];
  const balancer = await elb.send(new CreateLoadBalancerCommand({ Name: unique("balancer"), Subnets }));
  const { LoadBalancerArn, DNSName } = balancer.LoadBalancers![0]!;
  const DefaultActions = [{ Type: "forward" as const, TargetGroupArn }];
  await elb.send(new CreateListenerCommand({ ...shape, LoadBalancerArn, DefaultActions }));
  return { TargetGroupArn, url: `http://${DNSName}:${Port}/` };
}

test("Scaling out and in behind a load balancer fails no request of clients that keep their connections.", async () => {
  const { autoScaling, elb } = house;
  const port = 8081;
  const { TargetGroupArn, url } = await aListener(port);
  const template = await aTemplate({ UserData: installsServer("v1", port, 50) });
  const name = await aGroup(template, { TargetGroupARNs: [TargetGroupArn] });
  const health = async () =>
    (await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))).TargetHealthDescriptions!;
  const healthy = (count: number) =>
    eventually(async () => (await health()).map((one) => one.TargetHealth!.State)).toEqual(
      Array(count).fill("healthy"),
    );
  await settled(name, 2);
  await healthy(2);
  const attached = new DescribeLoadBalancerTargetGroupsCommand({ AutoScalingGroupName: name });
  expect((await autoScaling.send(attached)).LoadBalancerTargetGroups).toEqual([
    { LoadBalancerTargetGroupARN: TargetGroupArn, State: "InService" },
  ]);

  const clients = Array.from({ length: 6 }, () => keepAsking(url));
  await autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: 4 }));
  await settled(name, 4);
  await healthy(4);
  const [victim] = idsIn(await describeGroup(name));
  const { Activity } = await autoScaling.send(
    new TerminateInstanceInAutoScalingGroupCommand({
      InstanceId: victim,
      ShouldDecrementDesiredCapacity: true,
    }),
  );
  expect(Activity!.Cause).toMatch(/in response to a user request, shrinking the capacity from 4 to 3\.$/);
  await house.until(victim!, "terminated");
  await autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: 1 }));
  await settled(name, 1);
  expect(await health()).toHaveLength(1);
  const seen = await Promise.all(clients.map((client) => client.stop()));
  expect(seen.map(({ failed }) => failed)).toEqual(Array(6).fill(0));
  expect(Math.min(...seen.map(({ asked }) => asked))).toBeGreaterThan(5);
});

test("New members come from the template version that is meant at their launch, old ones go first.", async () => {
  const { autoScaling, ec2 } = house;
  const template = await aTemplate({ UserData: base64("#!/bin/sh\ntrue\n") });
  const name = await aGroup(template, { VPCZoneIdentifier: "subnet-sandbox-a" });
  const old = await settled(name, 2);
  const LaunchTemplateData = { UserData: base64("#!/bin/sh\nfalse\n") };
  await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: template,
      SourceVersion: "1",
      LaunchTemplateData,
    }),
  );
  await autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: 4 }));
  await settled(name, 4);
  const versions = async () =>
    (await describeGroup(name)).Instances!.map((one) => one.LaunchTemplate!.Version).sort();
  expect(await versions()).toEqual(["1", "1", "2", "2"]);
  await autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: 2 }));
  const left = await settled(name, 2);
  expect(await versions()).toEqual(["2", "2"]);
  expect(left.filter((id) => old.includes(id))).toEqual([]);
  const [newest] = await activities(name);
  expect(newest!.Cause).toMatch(
    /^At \S+Z a user request explicitly set group desired capacity changing the desired capacity from 4 to 2\. {2}At \S+Z an instance was taken out/,
  );
});

test("Suspended processes rest: nothing is replaced until they are resumed.", async () => {
  const { autoScaling, ec2 } = house;
  const name = await aGroup(await aTemplate(), { DesiredCapacity: 1 });
  const [only] = await settled(name, 1);
  const ScalingProcesses = ["ReplaceUnhealthy", "AZRebalance"];
  await autoScaling.send(new SuspendProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses }));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [only!] }));
  await house.until(only!, "terminated");
  const asked = new DescribeAutoScalingInstancesCommand({ InstanceIds: [only!] });
  expect((await autoScaling.send(asked)).AutoScalingInstances).toMatchObject([
    { HealthStatus: "UNHEALTHY", LifecycleState: "InService", AutoScalingGroupName: name },
  ]);
  await autoScaling.send(
    new ResumeProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: ["ReplaceUnhealthy"] }),
  );
  expect(await settled(name, 1)).not.toContain(only);
  expect((await describeGroup(name)).SuspendedProcesses).toMatchObject([{ ProcessName: "AZRebalance" }]);
});

test("A launch that fails is an activity with its reason, and is tried again.", async () => {
  const { autoScaling, ec2 } = house;
  const builder = await house.run({ ImageId, InstanceType });
  await house.until(builder, "running");
  const image = await ec2.send(new CreateImageCommand({ InstanceId: builder, Name: unique("image") }));
  const images = new DescribeImagesCommand({ ImageIds: [image.ImageId!] });
  await eventually(async () => (await ec2.send(images)).Images![0]!.State).toBe("available");
  const template = await aTemplate({ ImageId: image.ImageId });
  const name = await aGroup(template, { DesiredCapacity: 0 });
  await ec2.send(new DeregisterImageCommand({ ImageId: image.ImageId, DeleteAssociatedSnapshots: true }));
  await autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: 1 }));
  await eventually(async () => (await activities(name))[0]).toMatchObject({
    StatusCode: "Failed",
    StatusMessage: `The image id '[${image.ImageId}]' does not exist. Launching EC2 instance failed.`,
  });
  const LaunchTemplateData = { ImageId };
  await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: template,
      SourceVersion: "1",
      LaunchTemplateData,
    }),
  );
  await settled(name, 1);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [builder] }));
});

test("Members leave for standby and come back, are detached and attached, and their target groups follow.", async () => {
  const { autoScaling, elb } = house;
  const name = await aGroup(await aTemplate());
  const [one, two] = await settled(name, 2);
  const made = await elb.send(
    new CreateTargetGroupCommand({
      Name: unique("targets"),
      Protocol: "HTTP",
      Port: 80,
      TargetType: "instance",
    }),
  );
  const TargetGroupArn = made.TargetGroups![0]!.TargetGroupArn!;
  const sources = { AutoScalingGroupName: name, TargetGroupARNs: [TargetGroupArn] };
  const targets = async () => {
    const found = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    return found.TargetHealthDescriptions!.map(({ Target }) => Target!.Id).sort();
  };
  await autoScaling.send(new AttachLoadBalancerTargetGroupsCommand(sources));
  expect(await targets()).toEqual([one, two].sort());

  const named = { AutoScalingGroupName: name, InstanceIds: [one!] };
  const shrinking = { ...named, ShouldDecrementDesiredCapacity: true };
  await autoScaling.send(new EnterStandbyCommand(shrinking));
  await eventually(async () => idsIn(await describeGroup(name), "Standby")).toEqual([one]);
  expect((await describeGroup(name)).DesiredCapacity).toBe(1);
  expect(await targets()).toEqual([two]);
  await autoScaling.send(new ExitStandbyCommand(named));
  expect((await settled(name, 2)).sort()).toEqual([one, two].sort());

  await autoScaling.send(new DetachInstancesCommand(shrinking));
  expect(await settled(name, 1)).toEqual([two]);
  expect(await targets()).toEqual([two]);
  const detached = await house.instance(one!);
  expect(detached.State?.Name).toBe("running");
  expect(detached.Tags?.map((tag) => tag.Key)).not.toContain("aws:autoscaling:groupName");
  await autoScaling.send(new AttachInstancesCommand(named));
  expect((await settled(name, 2)).sort()).toEqual([one, two].sort());
  expect(await targets()).toEqual([one, two].sort());

  await autoScaling.send(new DetachLoadBalancerTargetGroupsCommand(sources));
  expect(await targets()).toEqual([]);
  expect((await describeGroup(name)).TargetGroupARNs).toEqual([]);
});

test("Protected members stay when the group shrinks, a cooldown holds where it is honoured, tags come and go.", async () => {
  const { autoScaling } = house;
  const name = await aGroup(await aTemplate());
  const [one, two] = await settled(name, 2);
  const named = { AutoScalingGroupName: name };
  const shrink = { ...named, DesiredCapacity: 1 };
  const early = autoScaling.send(new SetDesiredCapacityCommand({ ...shrink, HonorCooldown: true }));
  expect(await refusal(early)).toBe("ScalingActivityInProgressFault");
  await autoScaling.send(
    new SetInstanceProtectionCommand({ ...named, InstanceIds: [one!], ProtectedFromScaleIn: true }),
  );
  await autoScaling.send(new SetDesiredCapacityCommand(shrink));
  expect(await settled(name, 1)).toEqual([one]);
  await house.until(two!, "terminated");
  await autoScaling.send(new SetDesiredCapacityCommand({ ...named, DesiredCapacity: 0 }));
  expect((await describeGroup(name)).Instances).toMatchObject([{ LifecycleState: "InService" }]);
  await autoScaling.send(
    new SetInstanceProtectionCommand({ ...named, InstanceIds: [one!], ProtectedFromScaleIn: false }),
  );
  await settled(name, 0);

  const tag = { ResourceId: name, ResourceType: "auto-scaling-group", Key: "surge", Value: "1" };
  await autoScaling.send(new CreateOrUpdateTagsCommand({ Tags: [{ ...tag, PropagateAtLaunch: false }] }));
  const Filters = [{ Name: "auto-scaling-group", Values: [name] }];
  const tags = async () => (await autoScaling.send(new DescribeTagsCommand({ Filters }))).Tags;
  expect(await tags()).toEqual([{ ...tag, PropagateAtLaunch: false }]);
  await autoScaling.send(new DeleteTagsCommand({ Tags: [tag] }));
  expect(await tags()).toEqual([]);
});

test("What a group cannot be is refused in the words of Auto Scaling.", async () => {
  const { autoScaling } = house;
  const template = await aTemplate();
  const name = await aGroup(template, { DesiredCapacity: 1, MinSize: 1, MaxSize: 1 });
  const [only] = await settled(name, 1);
  const desired = (DesiredCapacity: number) =>
    autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity }));
  await expect(desired(2)).rejects.toThrow(
    "New SetDesiredCapacity value 2 is above max value 1 for the AutoScalingGroup.",
  );
  await expect(aGroup(template, { MinSize: 3, MaxSize: 2 })).rejects.toThrow(
    "Max bound, 2, must be greater than or equal to min bound, 3",
  );
  const shrink = { InstanceId: only, ShouldDecrementDesiredCapacity: true };
  await expect(autoScaling.send(new TerminateInstanceInAutoScalingGroupCommand(shrink))).rejects.toThrow(
    "Currently, desiredSize equals minSize (1).",
  );
  const update = { AutoScalingGroupName: name, HealthCheckType: "VPC_LATTICE" };
  expect(await refusal(autoScaling.send(new UpdateAutoScalingGroupCommand(update)))).toBe("ValidationError");
  expect(await refusal(aGroup("lt-0123456789abcdef0"))).toBe("ValidationError");
  const remove = new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name });
  expect(await refusal(autoScaling.send(remove))).toBe("ResourceInUseFault");
  const Tags = [{ ResourceId: "none", ResourceType: "auto-scaling-group", Key: "a", Value: "b" }];
  expect(await refusal(autoScaling.send(new CreateOrUpdateTagsCommand({ Tags })))).toBe("ValidationError");
  const policy = { AutoScalingGroupName: name, PolicyName: "p" };
  await expect(autoScaling.send(new PutScalingPolicyCommand(policy))).rejects.toThrow(
    "does not implement PolicyType SimpleScaling of PutScalingPolicy",
  );
});

test("With health checks of the load balancer, a member that does not answer is replaced after its grace.", async () => {
  const { autoScaling } = house;
  const { TargetGroupArn } = await aListener(8083);
  const ofBalancer = { HealthCheckType: "ELB", TargetGroupARNs: [TargetGroupArn], DesiredCapacity: 1 };
  const patient = await aGroup(await aTemplate(), { ...ofBalancer, HealthCheckGracePeriod: 60 });
  const strict = await aGroup(await aTemplate(), { ...ofBalancer, HealthCheckGracePeriod: 0 });
  const [kept] = await settled(patient, 1);
  const [replaced] = await settled(strict, 1);
  await eventually(async () => idsIn(await describeGroup(strict))).not.toContain(replaced);
  expect(await settled(patient, 1)).toEqual([kept]);
  await autoScaling.send(
    new SuspendProcessesCommand({ AutoScalingGroupName: strict, ScalingProcesses: ["HealthCheck"] }),
  );
  expect((await activities(strict)).map((one) => one.Cause)).toContainEqual(
    expect.stringMatching(/in response to an ELB system health check failure\.$/),
  );
});

test("Who gives a group a launch template must be allowed to launch from it.", async () => {
  const group = { Effect: "Allow", Action: "autoscaling:*", Resource: "*" };
  const launch = { Effect: "Allow", Action: ["ec2:RunInstances", "ec2:CreateTags"], Resource: "*" };
  const LaunchTemplateId = await aTemplate({ IamInstanceProfile: { Name: "app" } });
  const create = async (statements: object[]) => {
    const client = new AutoScalingClient(await house.as(unique("role"), statements));
    const AutoScalingGroupName = unique("group");
    groups.push(AutoScalingGroupName);
    const zones = { AvailabilityZones: ["us-east-1a"], MinSize: 0, MaxSize: 1 };
    const LaunchTemplate = { LaunchTemplateId };
    await client.send(new CreateAutoScalingGroupCommand({ AutoScalingGroupName, LaunchTemplate, ...zones }));
  };
  await expect(create([group])).rejects.toThrow("ec2:RunInstances");
  await expect(create([group, launch])).rejects.toThrow("iam:PassRole");
  const pass = { Effect: "Allow", Action: "iam:PassRole", Resource: "arn:aws:iam::000000000000:role/app" };
  await create([group, launch, pass]);
});

test("After a restart the group carries on with the same members, and a lost one is replaced.", async () => {
  const name = await aGroup(await aTemplate({ UserData: installsServer("v1", 8082) }));
  const before = await settled(name, 2);
  const url = `http://${await addressOf(before[0]!)}:8082/`;
  const answer = await textOf(url);
  await house.stop();
  house = await instanceHouse(house.directory);
  expect((await settled(name, 2)).sort()).toEqual(before.sort());
  expect(await textOf(url)).not.toBe(answer);
  await house.ec2.send(new TerminateInstancesCommand({ InstanceIds: [before[0]!] }));
  await eventually(async () => idsIn(await describeGroup(name))).not.toContain(before[0]);
  expect(await settled(name, 2)).toContain(before[1]);
});

// What EC2 and Auto Scaling do for virtual machines.
import {
  AttachLoadBalancerTargetGroupsCommand,
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  SetInstanceHealthCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateImageCommand,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeImagesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  type RequestLaunchTemplateData,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { aNetwork, aTargetGroup, type Network } from "./balancer.ts";
import { eventually, fresh, type Probes, WORKS } from "./probe.ts";

const ec2 = new EC2Client({});
const scaling = new AutoScalingClient({});

export const EC2: Probes = {
  "keeps the versions of a launch template": async () => {
    const { LaunchTemplate } = await ec2.send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName: fresh(), LaunchTemplateData: await aMachine() }),
    );
    const { LaunchTemplateId } = LaunchTemplate!;
    const LaunchTemplateData = { InstanceType: "t3.small" as const };
    await ec2.send(
      new CreateLaunchTemplateVersionCommand({ LaunchTemplateId, SourceVersion: "1", LaunchTemplateData }),
    );
    const kept = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ["1", "2"] }),
    );
    const types = kept.LaunchTemplateVersions?.map((one) => one.LaunchTemplateData?.InstanceType).sort();
    return `${types}` === "t3.micro,t3.small" ? WORKS : `keeps ${types}`;
  },
  "makes an image of an instance": async () => {
    const machine = { ...(await aMachine()), MinCount: 1, MaxCount: 1 };
    const { Instances } = await ec2.send(new RunInstancesCommand(machine));
    const { InstanceId } = Instances![0]!;
    const { ImageId } = await ec2.send(new CreateImageCommand({ InstanceId, Name: fresh() }));
    const look = () => ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId!] }));
    const { Images } = await eventually(look, (found) => found.Images?.[0]?.State === "available");
    return Images?.[0]?.State === "available" ? WORKS : `stays ${Images?.[0]?.State}`;
  },
};

export const AUTO_SCALING: Probes = {
  "starts the instances of a group": async () => {
    const { look } = await aGroup(2);
    return ids(await eventually(look, (group) => ids(group).length === 2)).length === 2
      ? WORKS
      : "starts none";
  },
  "starts instances from a later version that has user data": async () => {
    const UserData = Buffer.from("#!/bin/sh\ntrue\n").toString("base64");
    const { look } = await aGroup(1, undefined, { UserData });
    return ids(await eventually(look, (group) => ids(group).length === 1)).length === 1
      ? WORKS
      : "starts none";
  },
  "follows a changed count": async () => {
    const { look, name } = await aGroup(1);
    await scaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, MaxSize: 3, DesiredCapacity: 3 }),
    );
    const group = await eventually(look, (found) => ids(found).length === 3);
    return ids(group).length === 3 ? WORKS : `stays at ${ids(group).length}`;
  },
  "terminates one instance and lowers the count": async () => {
    const { look } = await aGroup(2);
    const [InstanceId] = ids(await eventually(look, (group) => ids(group).length === 2));
    const ShouldDecrementDesiredCapacity = true;
    await scaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity }),
    );
    const group = await eventually(look, (found) => !ids(found).includes(InstanceId!));
    if (ids(group).includes(InstanceId!)) return "keeps it";
    return group.DesiredCapacity === 1 ? WORKS : `wants ${group.DesiredCapacity}`;
  },
  "replaces an instance that was marked unhealthy": async () => {
    const { look } = await aGroup(1);
    const [InstanceId] = ids(await eventually(look, (group) => ids(group).length === 1));
    await scaling.send(new SetInstanceHealthCommand({ InstanceId, HealthStatus: "Unhealthy" }));
    const replaced = (found: string[]) => found.length === 1 && !found.includes(InstanceId!);
    const group = await eventually(look, (found) => replaced(ids(found)), 5);
    return replaced(ids(group)) ? WORKS : "leaves it";
  },
  "keeps which processes are suspended": async () => {
    const { look, name } = await aGroup(0);
    const ScalingProcesses = ["AZRebalance"];
    await scaling.send(new SuspendProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses }));
    const { SuspendedProcesses = [] } = await look();
    return SuspendedProcesses.some((one) => one.ProcessName === "AZRebalance") ? WORKS : "forgets it";
  },
  "registers a group's instances with a target group": async () => {
    const network = await aNetwork();
    const { look, name } = await aGroup(1, network);
    const TargetGroupArn = await aTargetGroup(network, "instance");
    await scaling.send(
      new AttachLoadBalancerTargetGroupsCommand({
        AutoScalingGroupName: name,
        TargetGroupARNs: [TargetGroupArn],
      }),
    );
    const [id] = ids(await look());
    const elb = new ElasticLoadBalancingV2Client({});
    const registered = await eventually(
      () => elb.send(new DescribeTargetHealthCommand({ TargetGroupArn })),
      (found) => (found.TargetHealthDescriptions ?? []).length > 0,
      5,
    );
    const targets = registered.TargetHealthDescriptions ?? [];
    return id !== undefined && targets.some((one) => one.Target?.Id === id) ? WORKS : "registers none";
  },
};

async function aGroup(count: number, given?: Network, more: RequestLaunchTemplateData = {}) {
  const { subnets } = given ?? (await aNetwork());
  const name = fresh();
  const LaunchTemplateName = fresh();
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName,
      LaunchTemplateData: await aMachine(),
    }),
  );
  const LaunchTemplateData = { ...(await aMachine()), ...more };
  await ec2.send(new CreateLaunchTemplateVersionCommand({ LaunchTemplateName, LaunchTemplateData }));
  await scaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      MinSize: 0,
      MaxSize: count,
      DesiredCapacity: count,
      LaunchTemplate: { LaunchTemplateName, Version: "2" },
      VPCZoneIdentifier: subnets.join(","),
    }),
  );
  const describe = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
  const look = async () => (await scaling.send(describe)).AutoScalingGroups![0]!;
  return { name, look };
}

type Group = Awaited<ReturnType<Awaited<ReturnType<typeof aGroup>>["look"]>>;

/** Of the instances in service. */
function ids({ Instances = [] }: Group): string[] {
  return Instances.filter((one) => one.LifecycleState === "InService").map((one) => one.InstanceId!);
}

/** Of an image that is there. */
async function aMachine() {
  const { Images } = await ec2.send(new DescribeImagesCommand({ MaxResults: 5 }));
  const ImageId = Images?.[0]?.ImageId ?? "ami-0abcdef1234567890";
  return { ImageId, InstanceType: "t3.micro" as const };
}

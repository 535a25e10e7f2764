// EC2 as its users see it, with the unchanged SDK client: instances are real processes at an address.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateImageCommand,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteLaunchTemplateVersionsCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  EC2Client,
  GetConsoleOutputCommand,
  ModifyLaunchTemplateCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { DescribeInstanceInformationCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processesWith } from "#sandbox/ground/processes.ts";
import {
  base64,
  eventually,
  type InstanceHouse,
  installsServer,
  instanceHouse,
  textOf,
} from "./ec2-clients.ts";
import { refusal } from "./running-sandbox.ts";

let house: InstanceHouse;
let ImageId: string;
const InstanceType = "t3.micro" as const;
beforeAll(async () => {
  house = await instanceHouse();
  ImageId = await house.baseImage();
});
afterAll(() => house.stop());

/** A retried test finds what its first run left. */
let runs = 0;
const urlOf = async (id: string) => `http://${(await house.until(id, "running")).PrivateIpAddress}:8080/`;
const pidOf = (text: string) => Number(text.split(" ")[1]);
const lives = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const consoleOf = async (InstanceId: string) =>
  Buffer.from(
    (await house.ec2.send(new GetConsoleOutputCommand({ InstanceId }))).Output!,
    "base64",
  ).toString();

test("An instance runs its user data once, boots its units each time, and ends with its processes.", async () => {
  const { ec2, ssm } = house;
  const role = `app-${runs++}`;
  const TagSpecifications = [
    {
      ResourceType: "instance" as const,
      Tags: [
        { Key: "Name", Value: "web" },
        { Key: "role", Value: role },
      ],
    },
  ];
  const UserData = installsServer("v1");
  const id = await house.run({ ImageId, InstanceType, UserData, TagSpecifications });
  expect((await house.instance(id)).State?.Name).toMatch(/^(pending|running)$/);
  const url = await urlOf(id);
  const first = await textOf(url);
  expect(first).toMatch(/^v1 \d+$/);
  const filter = { Key: "tag:role", Values: [role] };
  const online = await ssm.send(new DescribeInstanceInformationCommand({ Filters: [filter] }));
  expect(online.InstanceInformationList).toMatchObject([
    { InstanceId: id, PingStatus: "Online", ResourceType: "EC2Instance" },
  ]);
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await house.until(id, "stopped");
  expect(lives(pidOf(first))).toBe(false);
  await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  const second = await textOf(await urlOf(id));
  expect(pidOf(second)).not.toBe(pidOf(first));
  await ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }));
  await eventually(async () => textOf(url)).not.toBe(second);
  expect(await consoleOf(id)).toBe("installed v1\n");
  const { TerminatingInstances } = await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  expect(TerminatingInstances![0]!.CurrentState).toEqual({ Code: 32, Name: "shutting-down" });
  const gone = await house.until(id, "terminated");
  expect(gone.StateReason?.Code).toBe("Client.UserInitiatedShutdown");
  expect(lives(pidOf(second))).toBe(false);
  expect(await consoleOf(id)).toBe("installed v1\n");
});

test("An image of a stopped instance carries its files, links and units to new instances, not its logs.", async () => {
  const { ec2 } = house;
  const Name = `shop-${runs++}`;
  const builder = await house.run({ ImageId, InstanceType, UserData: installsServer("baked") });
  await textOf(await urlOf(builder));
  await ec2.send(new StopInstancesCommand({ InstanceIds: [builder] }));
  await house.until(builder, "stopped");
  const Tags = [{ Key: "app", Value: Name }];
  const TagSpecifications = [{ ResourceType: "image" as const, Tags }];
  const made = await ec2.send(new CreateImageCommand({ InstanceId: builder, Name, TagSpecifications }));
  const Filters = [{ Name: "tag:app", Values: [`${Name.slice(0, -1)}?`] }];
  const images = async () =>
    (await ec2.send(new DescribeImagesCommand({ Owners: ["self"], Filters }))).Images!;
  await eventually(async () => (await images())[0]?.State).toBe("available");
  expect((await images())[0]).toMatchObject({ ImageId: made.ImageId, Name, Tags });
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [builder] }));
  await house.until(builder, "terminated");

  const id = await house.run({ ImageId: made.ImageId, InstanceType });
  expect(await textOf(await urlOf(id))).toMatch(/^baked /);
  expect(await consoleOf(id)).toBe("");
  const unit = join(house.directory, "machines", id, "etc/systemd/system/app.service");
  expect(readFileSync(unit, "utf8")).toContain(`WorkingDirectory=${join(house.directory, "machines", id)}\n`);

  const again = ec2.send(new CreateImageCommand({ InstanceId: id, Name }));
  expect(await refusal(again)).toBe("InvalidAMIName.Duplicate");
  await ec2.send(new DeregisterImageCommand({ ImageId: made.ImageId }));
  expect(await refusal(house.run({ ImageId: made.ImageId, InstanceType }))).toBe("InvalidAMIID.NotFound");
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
});

test("A launch template's versions build on each other, and an instance says which it was launched from.", async () => {
  const { ec2 } = house;
  const LaunchTemplateName = `shop-${runs++}`;
  const data = { ImageId, InstanceType, UserData: base64("#!/bin/sh\necho one\n") };
  const create = () =>
    ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName,
        LaunchTemplateData: data,
        ClientToken: LaunchTemplateName,
      }),
    );
  const { LaunchTemplateId } = (await create()).LaunchTemplate!;
  expect((await create()).LaunchTemplate!.LaunchTemplateId).toBe(LaunchTemplateId);
  const twin = ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: data }));
  expect(await refusal(twin)).toBe("InvalidLaunchTemplateName.AlreadyExistsException");
  const next = new CreateLaunchTemplateVersionCommand({
    LaunchTemplateId,
    SourceVersion: "1",
    VersionDescription: "two",
    LaunchTemplateData: { UserData: base64("#!/bin/sh\necho two\n") },
  });
  expect((await ec2.send(next)).LaunchTemplateVersion).toMatchObject({
    VersionNumber: 2,
    VersionDescription: "two",
    DefaultVersion: false,
    LaunchTemplateData: { ImageId, InstanceType, UserData: base64("#!/bin/sh\necho two\n") },
  });
  await ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: "2" }));
  const { LaunchTemplates } = await ec2.send(
    new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [LaunchTemplateName] }),
  );
  expect(LaunchTemplates).toMatchObject([{ DefaultVersionNumber: 2, LatestVersionNumber: 2 }]);
  const [one, two] = await Promise.all(
    ["1", "$Default"].map((Version) => house.run({ LaunchTemplate: { LaunchTemplateId, Version } })),
  );
  expect((await house.until(one!, "running")).Tags).toContainEqual({
    Key: "aws:ec2launchtemplate:version",
    Value: "1",
  });
  await eventually(() => consoleOf(two!)).toBe("two\n");
  const deleted = await ec2.send(
    new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ["1", "2"] }),
  );
  expect(deleted.SuccessfullyDeletedLaunchTemplateVersions).toMatchObject([{ VersionNumber: 1 }]);
  expect(deleted.UnsuccessfullyDeletedLaunchTemplateVersions).toMatchObject([{ VersionNumber: 2 }]);
  const missing = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ["1"] });
  expect(await refusal(ec2.send(missing))).toBe("InvalidLaunchTemplateId.VersionNotFound");
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [one!, two!] }));
});

test("A client token launches once, pages follow each other, and tags can be filtered and changed.", async () => {
  const { ec2 } = house;
  const Value = `six-${runs}`;
  const parameter = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
  const request = {
    ImageId: parameter,
    InstanceType,
    MinCount: 6,
    MaxCount: 6,
    ClientToken: `six-${runs++}`,
  };
  const idsOf = async () =>
    (await ec2.send(new RunInstancesCommand(request))).Instances!.map((one) => one.InstanceId!);
  const ids = await idsOf();
  expect(await idsOf()).toEqual(ids);
  const other = ec2.send(new RunInstancesCommand({ ...request, MinCount: 1 }));
  expect(await refusal(other)).toBe("IdempotentParameterMismatch");
  await ec2.send(new CreateTagsCommand({ Resources: ids, Tags: [{ Key: "batch", Value }] }));
  const Filters = [{ Name: "tag:batch", Values: [Value] }];
  const first = await ec2.send(new DescribeInstancesCommand({ Filters, MaxResults: 5 }));
  const { NextToken } = first;
  const rest = await ec2.send(new DescribeInstancesCommand({ Filters, MaxResults: 5, NextToken }));
  const listed = [...first.Reservations!, ...rest.Reservations!].flatMap((one) => one.Instances!);
  expect(listed.map((one) => one.InstanceId)).toEqual(ids);
  expect(rest.NextToken).toBeUndefined();
  const tags = new DescribeTagsCommand({ Filters: [{ Name: "value", Values: [Value] }] });
  expect((await ec2.send(tags)).Tags).toHaveLength(6);
  await Promise.all(ids.map((id) => house.until(id, "running")));
  const status = await ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [ids[0]!] }));
  expect(status.InstanceStatuses).toMatchObject([{ InstanceStatus: { Status: "ok" } }]);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }));
  await Promise.all(ids.map((id) => house.until(id, "terminated")));
});

test("Types of instances are told by name, by filter and in pages, with their figures; a root disk is no smaller than its image.", async () => {
  const { ec2 } = house;
  const types = async (input: object) =>
    (await ec2.send(new DescribeInstanceTypesCommand(input))).InstanceTypes!.map(
      ({ InstanceType, VCpuInfo, MemoryInfo, ProcessorInfo }) =>
        [
          InstanceType,
          VCpuInfo!.DefaultVCpus,
          MemoryInfo!.SizeInMiB,
          ...ProcessorInfo!.SupportedArchitectures!,
        ].join(" "),
    );
  expect(await types({ InstanceTypes: ["t3.nano"] })).toEqual(["t3.nano 2 512 x86_64"]);
  const Filters = [
    { Name: "instance-type", Values: ["?7g.*"] },
    { Name: "vcpu-info.default-vcpus", Values: ["1"] },
  ];
  expect(await types({ Filters })).toEqual(["m7g.medium 1 4096 arm64", "c7g.medium 1 2048 arm64"]);
  const page = await ec2.send(new DescribeInstanceTypesCommand({ MaxResults: 5 }));
  expect([page.InstanceTypes!.length, typeof page.NextToken]).toEqual([5, "string"]);
  expect(await refusal(types({ InstanceTypes: ["t9.nano"] }))).toBe("InvalidInstanceType");
  await expect(types({ Filters: [{ Name: "hypervisor", Values: ["nitro"] }] })).rejects.toThrow(
    "does not implement the filter hypervisor of DescribeInstanceTypes",
  );
  const there = new DescribeInstanceTypeOfferingsCommand({
    LocationType: "availability-zone",
    Filters: [{ Name: "instance-type", Values: ["c7g.medium", "t4g.nano"] }],
  });
  const { InstanceTypeOfferings } = await ec2.send(there);
  expect(InstanceTypeOfferings!.map((one) => `${one.InstanceType} ${one.Location}`)).toEqual([
    "t4g.nano us-east-1a",
    "c7g.medium us-east-1a",
    "t4g.nano us-east-1b",
  ]);
  const launch = { InstanceType: "c7g.medium", SubnetId: "subnet-sandbox-b" } as const;
  expect(await refusal(house.run({ ImageId: "ami-0a12023ba5e00a640", ...launch }))).toBe("Unsupported");
  const small = { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 4 } }] };
  expect(await refusal(house.run({ ImageId, InstanceType, ...small }))).toBe("InvalidBlockDeviceMapping");
});

test("What is not there, not allowed or not implemented is refused by its name.", async () => {
  const { ec2 } = house;
  const none = "i-0123456789abcdef0";
  expect(await refusal(house.instance(none))).toBe("InvalidInstanceID.NotFound");
  expect(await refusal(house.instance("i-x"))).toBe("InvalidInstanceID.Malformed");
  expect(await refusal(house.run({ ImageId: "ami-0123456789abcdef0" }))).toBe("InvalidAMIID.NotFound");
  expect(await refusal(house.run({ ImageId, InstanceType: "t4g.micro" }))).toBe("InvalidParameterValue");
  const spot = { InstanceMarketOptions: { MarketType: "spot" as const } };
  await expect(house.run({ ImageId, InstanceType, ...spot })).rejects.toThrow("InstanceMarketOptions");
  const groups = { SecurityGroupIds: ["sg-1"] };
  expect(await refusal(house.run({ ImageId, InstanceType, ...groups }))).toBe("InvalidGroup.NotFound");
  expect(await refusal(house.run({ ImageId, InstanceType, DryRun: true }))).toBe("DryRunOperation");
  expect(await refusal(ec2.send(new DescribeSubnetsCommand({ SubnetIds: ["subnet-1"] })))).toBe(
    "InvalidSubnetID.NotFound",
  );
  const Tags = [{ Key: "aws:mine", Value: "1" }];
  const tagged = { ImageId, InstanceType, TagSpecifications: [{ ResourceType: "instance" as const, Tags }] };
  expect(await refusal(house.run(tagged))).toBe("InvalidParameterValue");
  await expect(ec2.send(new CreateVpcCommand({}))).rejects.toThrow("ec2:CreateVpc");
  expect(house.log).toEqual([]);
});

test("A role launches only what it may, and hands over only the roles that it may.", async () => {
  const account = "arn:aws:ec2:us-east-1:000000000000:";
  const Resource = [
    `arn:aws:ec2:us-east-1::image/${ImageId}`,
    ...["instance", "subnet", "security-group", "volume", "network-interface"].map(
      (kind) => `${account}${kind}/*`,
    ),
  ];
  const launch = { Effect: "Allow", Action: "ec2:RunInstances", Resource };
  const tag = { Effect: "Allow", Action: "ec2:CreateTags", Resource: `${account}instance/*` };
  const pass = { Effect: "Allow", Action: "iam:PassRole", Resource: "arn:aws:iam::000000000000:role/app" };
  const ec2 = new EC2Client(await house.as(`launcher-${runs++}`, [launch, tag, pass]));
  const tagged = (kind: "instance" | "volume") => [
    { ResourceType: kind, Tags: [{ Key: "app", Value: "shop" }] },
  ];
  const run = (more: object) =>
    ec2.send(new RunInstancesCommand({ ImageId, InstanceType, MinCount: 1, MaxCount: 1, ...more }));
  const IamInstanceProfile = { Name: "app" };
  const { Instances } = await run({ IamInstanceProfile, TagSpecifications: tagged("instance") });
  expect(Instances![0]!.IamInstanceProfile!.Arn).toBe("arn:aws:iam::000000000000:instance-profile/app");
  const other = { IamInstanceProfile: { Name: "admin" } };
  await expect(run(other)).rejects.toThrow("iam:PassRole on resource: arn:aws:iam::000000000000:role/admin");
  expect(await refusal(run({ TagSpecifications: tagged("volume") }))).toBe("UnauthorizedOperation");
  expect(await refusal(run({ ImageId: "ami-0a12023ba5e00a640" }))).toBe("UnauthorizedOperation");
  const InstanceIds = [Instances![0]!.InstanceId!];
  const stop = ec2.send(new StopInstancesCommand({ InstanceIds }));
  expect(await refusal(stop)).toBe("UnauthorizedOperation");
  await house.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
});

test("An instance that is terminated while its user data starts things leaves nothing running and harms nobody.", async () => {
  const { ec2 } = house;
  const lines = house.log.length;
  const ids = await Promise.all(
    Array.from({ length: 6 }, () => house.run({ ImageId, InstanceType, UserData: installsServer("short") })),
  );
  for (const [index, id] of ids.entries()) {
    await new Promise((resolve) => setTimeout(resolve, index * 15));
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  }
  for (const id of ids) {
    await house.until(id, "terminated");
    expect(processesWith("SANDBOX_MACHINE", id)).toEqual([]);
    expect(existsSync(join(house.directory, "machines", id))).toBe(false);
  }
  expect(house.log.slice(lines)).toEqual([]);
});

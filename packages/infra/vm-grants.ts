// What virtual machines need: the driver's own grants, and those of the function that makes images. Auto Scaling groups are
// named as the installation is; ids of instances, images and templates say nothing of whose they are.
import { commandingInstances, watchingCommands } from "./command-grants.ts";
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

/** Only what Tutti made for an app: ids say nothing, tags do. */
const OURS = { StringLike: { "aws:ResourceTag/tutti:app": "*" } };

/** What is yet to be made has no tag to be known by. */
const NEW = "What is yet to be made has an id that nobody knows and no tag that could be asked for.";

function describing(...actions: string[]): Statement {
  return {
    actions,
    resources: ["*"],
    why: "Describe calls know no resources (Service Authorization Reference, Amazon EC2).",
  };
}

export function groups({ account, region, vmPrefix }: Names): Statement[] {
  const call = (name: string) => `autoscaling:${name}`;
  return [
    {
      actions: ["DescribeAutoScalingGroups", "DescribeScalingActivities", "DescribePolicies"].map(call),
      resources: ["*"],
      why: "Describe calls know no resources (Service Authorization Reference, Amazon EC2 Auto Scaling).",
    },
    {
      actions: [
        "CreateAutoScalingGroup",
        "UpdateAutoScalingGroup",
        "DeleteAutoScalingGroup",
        "SetDesiredCapacity",
        "TerminateInstanceInAutoScalingGroup",
        "SetInstanceHealth",
        "SuspendProcesses",
        "ResumeProcesses",
        "CreateOrUpdateTags",
        "DeleteTags",
        "PutScalingPolicy",
        "DeletePolicy",
      ].map(call),
      resources: [
        `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${vmPrefix}*`,
      ],
    },
  ];
}

export function templates(names: Names): Statement[] {
  const arn = arnOf(names);
  return [
    describing(
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeInstanceTypeOfferings",
      "ec2:DescribeImages",
      "ec2:DescribeSubnets",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeLaunchTemplates",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:DescribeVolumes",
      "ec2:DescribeVolumesModifications",
      "ec2:DescribeSnapshots",
    ),
    { actions: ["ec2:CreateLaunchTemplate"], resources: [arn("launch-template")], why: NEW },
    {
      actions: [
        "ec2:CreateLaunchTemplateVersion",
        "ec2:DeleteLaunchTemplate",
        "ec2:DeleteLaunchTemplateVersions",
      ],
      resources: [arn("launch-template")],
      conditions: OURS,
    },
    tagging("CreateLaunchTemplate", [arn("launch-template")]),
    ...launching(names, ["instance", "volume"], "launch-template"),
    ...removingImages(names),
  ];
}

/** Disks of an app's copies: made, tagged, grown, attached to its instances, snapshotted, and deleted where their owner says so. None is detached. */
export function disks(names: Names): Statement[] {
  const arn = arnOf(names);
  const [volumes, snapshots] = [arn("volume"), shared(names, "snapshot")];
  return [
    { actions: ["ec2:CreateVolume"], resources: [volumes], why: NEW },
    tagging("CreateVolume", [volumes]),
    { actions: ["ec2:AttachVolume"], resources: [volumes, arn("instance")], conditions: OURS },
    { actions: ["ec2:CreateTags"], resources: [volumes, arn("instance")], conditions: OURS },
    { actions: ["ec2:ModifyVolume"], resources: [volumes], conditions: OURS },
    { actions: ["ec2:DeleteVolume"], resources: [volumes], conditions: OURS },
    { actions: ["ec2:CreateSnapshot"], resources: [volumes], conditions: OURS },
    { actions: ["ec2:CreateSnapshot"], resources: [snapshots], why: NEW },
    tagging("CreateSnapshot", [snapshots]),
  ];
}

export function baking(names: Names): Statement[] {
  const arn = arnOf(names);
  const made = [shared(names, "image"), shared(names, "snapshot")];
  return [
    describing("ec2:DescribeInstances", "ec2:DescribeImages", "ec2:DescribeSnapshots"),
    ...launching(names, ["instance"]),
    {
      actions: ["ec2:StopInstances", "ec2:CreateImage"],
      resources: [arn("instance")],
      conditions: OURS,
    },
    { actions: ["ec2:CreateImage"], resources: made, why: NEW },
    tagging("CreateImage", made),
    { actions: ["ec2:CreateTags"], resources: [shared(names, "image")], conditions: OURS },
    ...removingImages(names),
    ...commandingInstances(names),
    watchingCommands("ssm:ListCommandInvocations", "ssm:DescribeInstanceInformation"),
  ];
}

export function makingImages({ imageMachineArn, imageExecutionsArn }: Names): Statement[] {
  return [
    { actions: ["states:StartExecution"], resources: [imageMachineArn] },
    {
      actions: ["states:DescribeExecution", "states:StopExecution", "states:GetExecutionHistory"],
      resources: [imageExecutionsArn],
    },
  ];
}

/** Who gives a group a launch template must be allowed to launch from it (Auto Scaling user guide, "Launch template support"). */
function launching(names: Names, tagged: string[], ...from: string[]): Statement[] {
  const arn = arnOf(names);
  const placed = ["instance", "volume", "network-interface", "subnet", "security-group", ...from];
  return [
    {
      actions: ["ec2:RunInstances"],
      resources: [...placed.map(arn), shared(names, "image")],
      why: "Image, subnets and security groups are named by an environment; the instance and its disk are yet to be made.",
    },
    tagging("RunInstances", tagged.map(arn)),
    {
      actions: ["iam:PassRole"],
      resources: [`arn:aws:iam::${names.account}:role/*`],
      conditions: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
      why: "An operator names the environment's instance profile; nothing but an instance may get its role.",
    },
  ];
}

function removingImages(names: Names): Statement[] {
  return [
    { actions: ["ec2:TerminateInstances"], resources: [arnOf(names)("instance")], conditions: OURS },
    { actions: ["ec2:DeregisterImage"], resources: [shared(names, "image")], conditions: OURS },
    { actions: ["ec2:DeleteSnapshot"], resources: [shared(names, "snapshot")], conditions: OURS },
  ];
}

/** Tags are written while something is made, and at no other time: nobody's instance becomes ours by a tag. */
function tagging(operation: string, resources: string[]): Statement {
  return {
    actions: ["ec2:CreateTags"],
    resources,
    conditions: { StringEquals: { "ec2:CreateAction": operation } },
  };
}

function arnOf({ account, region }: Names): (kind: string) => string {
  return (kind) => `arn:aws:ec2:${region}:${account}:${kind}/*`;
}

/** Images and snapshots belong to no account in their ARN (Service Authorization Reference, Amazon EC2). */
function shared({ region }: Names, kind: string): string {
  return `arn:aws:ec2:${region}::${kind}/*`;
}

// What it takes to give a copy a file system: its access point; for a function a look at the network, too, that it is mounted through.
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

const arnOf =
  ({ region, account }: Names) =>
  (resource: string) =>
    `arn:aws:elasticfilesystem:${region}:${account}:${resource}`;

const NAMED = "An operator names the file system; its id is not the installation's.";

export function accessPoints(names: Names): Statement[] {
  const arn = arnOf(names);
  return [
    {
      actions: ["elasticfilesystem:CreateAccessPoint", "elasticfilesystem:TagResource"],
      resources: [arn("file-system/*")],
      why: NAMED,
    },
    {
      actions: ["elasticfilesystem:DescribeAccessPoints"],
      resources: [arn("access-point/*")],
      why: "The access points of an operator's file system have ids that EFS chooses.",
    },
  ];
}

export function mounting(names: Names): Statement[] {
  return [
    ...accessPoints(names),
    {
      actions: ["elasticfilesystem:DescribeFileSystems"],
      resources: [arnOf(names)("file-system/*")],
      why: NAMED,
    },
    {
      actions: ["elasticfilesystem:DescribeMountTargets"],
      resources: ["*"],
      why: "Lambda asks for it on whatever it is to mount.",
    },
    {
      actions: ["ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"],
      resources: ["*"],
      why: "They have no resource level (Service Authorization Reference, Amazon EC2).",
    },
  ];
}

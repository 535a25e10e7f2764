// What it takes to give a function a file system: its access point, and a look at the network that it is mounted through.
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

export function mounting({ region, account }: Names): Statement[] {
  const arn = (resource: string) => `arn:aws:elasticfilesystem:${region}:${account}:${resource}`;
  const why = "An operator names the file system; its id is not the installation's.";
  return [
    {
      actions: [
        "elasticfilesystem:CreateAccessPoint",
        "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:TagResource",
      ],
      resources: [arn("file-system/*")],
      why,
    },
    {
      actions: ["elasticfilesystem:DescribeAccessPoints"],
      resources: [arn("access-point/*")],
      why: "The access points of an operator's file system have ids that EFS chooses.",
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

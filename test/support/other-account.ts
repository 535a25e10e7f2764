// Another account of a sandbox as its owners prepare it for an installation: the roles of examples/platform, and what machines stand on.
import { userInfo } from "node:os";
import { DescribeImagesCommand, DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { Kind } from "#core/domain/kind.ts";
import { targetRoles } from "#infra/target-policy.ts";
import type { OwnHouse } from "./own-house.ts";

export const [HOME, OTHER] = ["000000000000", "111111111111"] as const;
export const EXTERNAL_ID = "orchestra-and-house-2026";
const HOME_REGION = "us-east-1";

export type Access = ReturnType<typeof abroad>;

/** Fresh options for a client with the rights of that account's owner, in a region that the sandbox has. */
export function abroad(house: OwnHouse, region = HOME_REGION) {
  return { ...house.access(), region, credentials: { ...house.sandbox.ownerOf(OTHER) } };
}

const placed = (text: string, region = HOME_REGION) =>
  text.replaceAll("INSTALLATION", "tutti").replaceAll("ACCOUNT", OTHER).replaceAll("REGION", region);

/** Of this installation, with the external id. `assumedBy`: names of roles at home, else those that the example names. */
function trust(externalId: string, assumedBy: string[]): string {
  const Condition = {
    StringEquals: { "sts:ExternalId": externalId },
    ArnEquals: { "aws:PrincipalArn": assumedBy.map((name) => `arn:aws:iam::${HOME}:role/${placed(name)}`) },
  };
  const Principal = { AWS: `arn:aws:iam::${HOME}:root` };
  const one = { Effect: "Allow", Principal, Action: "sts:AssumeRole", Condition };
  return JSON.stringify({ Version: "2012-10-17", Statement: [one] });
}

/** As examples/platform makes it. */
export async function makeTargetRole(access: Access, kind: Kind): Promise<void> {
  const iam = new IAMClient(access);
  const { assumedBy, policy } = targetRoles()[kind];
  const RoleName = `tutti-targets-${kind}`;
  const AssumeRolePolicyDocument = trust(EXTERNAL_ID, assumedBy);
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const PolicyDocument = placed(policy, access.region);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "targets", PolicyDocument }));
}

export async function changeTrust(
  access: Access,
  kind: Kind,
  externalId = EXTERNAL_ID,
  assumedBy = targetRoles()[kind].assumedBy,
): Promise<void> {
  const change = { RoleName: `tutti-targets-${kind}`, PolicyDocument: trust(externalId, assumedBy) };
  await new IAMClient(access).send(new UpdateAssumeRolePolicyCommand(change));
}

/** A role that apps run as there. */
export async function makeAppRole(access: Access, RoleName: string, Service: string): Promise<void> {
  const one = { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [one] });
  await new IAMClient(access).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
}

/** What an environment says of machines there; subnets and images have ids of their own in each region. */
export async function makeMachinesPlace(access: Access) {
  const ec2 = new EC2Client(access);
  const found = await ec2.send(new DescribeSubnetsCommand({}));
  const subnetIds = found.Subnets!.map((one) => one.SubnetId!);
  const arm = { Name: "architecture", Values: ["arm64"] };
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"], Filters: [arm] }));
  await makeAppRole(access, "machine", "ec2.amazonaws.com");
  const made = await new ElasticLoadBalancingV2Client(access).send(
    new CreateLoadBalancerCommand({ Name: "abroad", Subnets: subnetIds }),
  );
  const arn = made.LoadBalancers![0]!.LoadBalancerArn!;
  return {
    loadBalancer: { arn, ports: { from: 8100, to: 8999 }, vpcId: "vpc-sandbox" },
    network: { subnetIds, securityGroupIds: ["sg-sandbox-default"] },
    vm: {
      baseImageId: Images![0]!.ImageId!,
      instanceType: "t4g.small",
      instanceProfileArn: `arn:aws:iam::${OTHER}:instance-profile/machine`,
      user: userInfo().username,
      directory: "tutti",
    },
  };
}

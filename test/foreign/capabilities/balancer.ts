// What Elastic Load Balancing does for servers, instances and tasks.

import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { fresh, type Probes, WORKS } from "./probe.ts";

const elb = new ElasticLoadBalancingV2Client({});

export const LOAD_BALANCER: Probes = {
  "keeps the weights of a listener": async () => {
    const network = await aNetwork();
    const LoadBalancerArn = await aLoadBalancer(network);
    const groups = [await aTargetGroup(network), await aTargetGroup(network)];
    const TargetGroups = groups.map((TargetGroupArn, i) => ({ TargetGroupArn, Weight: [90, 10][i] }));
    const { Listeners } = await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: "HTTP",
        Port: 80,
        DefaultActions: [{ Type: "forward", TargetGroupArn: groups[0] }],
      }),
    );
    const { ListenerArn } = Listeners![0]!;
    const DefaultActions = [{ Type: "forward" as const, ForwardConfig: { TargetGroups } }];
    await elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions }));
    const found = await elb.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn!] }));
    const kept = found.Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    const weights = groups.map((arn) => kept.find((one) => one.TargetGroupArn === arn)?.Weight);
    return weights[0] === 90 && weights[1] === 10 ? WORKS : "forgets them";
  },
  "sees that a target does not answer": async () => {
    const TargetGroupArn = await aTargetGroup(await aNetwork());
    // Port 9 of the documentation's network: nothing is there (RFC 5737).
    const Targets = [{ Id: "192.0.2.1", Port: 9 }];
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
    const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    const state = TargetHealthDescriptions?.[0]?.TargetHealth?.State;
    return state === "healthy" ? "always healthy" : WORKS;
  },
};

export type Network = { vpcId: string; subnets: string[]; securityGroup: string };

export async function aNetwork(): Promise<Network> {
  const ec2 = new EC2Client({});
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const subnets = await Promise.all(
    ["a", "b"].map(async (zone, i) => {
      const place = { VpcId: Vpc!.VpcId, CidrBlock: `10.0.${i}.0/24`, AvailabilityZone: `us-east-1${zone}` };
      return (await ec2.send(new CreateSubnetCommand(place))).Subnet!.SubnetId!;
    }),
  );
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId: Vpc!.VpcId, GroupName: fresh(), Description: "a probe" }),
  );
  return { vpcId: Vpc!.VpcId!, subnets, securityGroup: GroupId! };
}

export async function aLoadBalancer({ subnets }: Network): Promise<string> {
  const answer = await elb.send(new CreateLoadBalancerCommand({ Name: fresh(), Subnets: subnets }));
  return answer.LoadBalancers![0]!.LoadBalancerArn!;
}

export async function aTargetGroup(
  { vpcId }: Network,
  TargetType: "ip" | "instance" = "ip",
): Promise<string> {
  const answer = await elb.send(
    new CreateTargetGroupCommand({ Name: fresh(), Protocol: "HTTP", Port: 80, VpcId: vpcId, TargetType }),
  );
  return answer.TargetGroups![0]!.TargetGroupArn!;
}

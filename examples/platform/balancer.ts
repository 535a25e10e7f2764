// One application load balancer for the environment. Tutti makes listeners, rules and target groups on it; apps are reached from it alone.
import type { Network } from "./network.ts";

const ANYWHERE = ["0.0.0.0/0"];
const ALL = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ANYWHERE };

export function balancer(
  stage: string,
  { vpcId, publicSubnetIds }: Network,
  ports: { from: number; to: number },
  named: boolean,
) {
  // With a domain everything comes by name: port 443, and 80 to be sent there.
  const open = named ? [443, 80].map((port) => ({ from: port, to: port })) : [ports];
  const front = new aws.ec2.SecurityGroup("FrontGroup", {
    name: `platform-${stage}-front`,
    description: "Who may call the load balancer",
    vpcId,
    ingress: open.map(({ from, to }) => ({
      protocol: "tcp",
      fromPort: from,
      toPort: to,
      cidrBlocks: ANYWHERE,
    })),
    egress: [ALL],
  });
  const apps = new aws.ec2.SecurityGroup("AppsGroup", {
    name: `platform-${stage}-apps`,
    description: "Apps are called by the load balancer alone",
    vpcId,
    ingress: [{ protocol: "tcp", fromPort: 1024, toPort: 65535, securityGroups: [front.id] }],
    egress: [ALL],
  });
  const made = new aws.lb.LoadBalancer("Balancer", {
    name: `platform-${stage}`,
    loadBalancerType: "application",
    subnets: publicSubnetIds,
    securityGroups: [front.id],
    dropInvalidHeaderFields: true,
    enableDeletionProtection: $app.protect,
  });
  return { arn: made.arn, dnsName: made.dnsName, zoneId: made.zoneId, appsGroupId: apps.id };
}

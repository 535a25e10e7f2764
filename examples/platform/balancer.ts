// One application load balancer for the environment. Tutti makes listeners and target groups on it; apps are reached from it alone.
import type { Network } from "./network.ts";

const ANYWHERE = ["0.0.0.0/0"];
const ALL = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ANYWHERE };

export function balancer(
  stage: string,
  { vpcId, publicSubnetIds }: Network,
  ports: { from: number; to: number },
) {
  const front = new aws.ec2.SecurityGroup("FrontGroup", {
    name: `platform-${stage}-front`,
    description: "Who may call the load balancer",
    vpcId,
    ingress: [{ protocol: "tcp", fromPort: ports.from, toPort: ports.to, cidrBlocks: ANYWHERE }],
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
    enableDeletionProtection: stage === "prod",
  });
  return { arn: made.arn, dnsName: made.dnsName, appsGroupId: apps.id };
}

// Where a target is reached: by its name where its environment has a domain, else at the load balancer's own name and a port.
import {
  DescribeLoadBalancersCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Who } from "./balancer.ts";
import { callElb } from "./client.ts";
import { findRoutes, type Route } from "./routes.ts";
import { hostOf } from "./rule.ts";

export async function endpointOf(
  elb: ElasticLoadBalancingV2Client,
  who: Who,
  targetGroupArn: string,
): Promise<string | null> {
  const route = preferred(who, await findRoutes(elb, who, [targetGroupArn]));
  if (!route) return null;
  const [host] = route.hosts;
  if (host) return urlOf("https", host, route.port, 443);
  const name = await dnsName(elb, who.loadBalancer.arn);
  return name === null ? null : urlOf("http", name, route.port, 80);
}

/** Until a deployment has made the rule of a new domain, the one before is where it is reached. */
function preferred(who: Who, routes: Route[]): Route | undefined {
  const { domain } = who;
  const named = domain && routes.find(({ hosts }) => hosts.includes(hostOf(who, domain)));
  return named ?? routes.find(({ kind }) => kind === "listener") ?? routes[0];
}

function urlOf(protocol: string, host: string, port: number, usual: number): string {
  return `${protocol}://${host}${port === usual ? "" : `:${port}`}`;
}

async function dnsName(elb: ElasticLoadBalancingV2Client, arn: string): Promise<string | null> {
  const answer = await callElb("DescribeLoadBalancers", (options) =>
    elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), options),
  );
  return answer.LoadBalancers?.[0]?.DNSName ?? null;
}

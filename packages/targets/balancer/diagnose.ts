// Whether the load balancer of an environment is there, is one that Tutti can use, and has ports left.
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment, LoadBalancer } from "#core/domain/environment.ts";
import { type Check, check } from "#core/driver/diagnosis.ts";
import { callElb } from "./client.ts";
import type { diagnoseDomain } from "./diagnose-domain.ts";

/** Nothing to say where the environment names none. */
export async function diagnoseBalancer(
  elb: ElasticLoadBalancingV2Client,
  { loadBalancer, domain }: Environment,
): Promise<Check[]> {
  if (!loadBalancer) return [];
  const there = await check(
    "loadBalancer.arn",
    "Name an application load balancer of this account and region that is active.",
    () => usable(elb, loadBalancer),
  );
  if (!there.ok) return [there];
  const found = domain && (await find(elb, loadBalancer));
  return [
    there,
    await check("loadBalancer.vpcId", "Name the VPC that the load balancer is in.", () =>
      inVpc(elb, loadBalancer),
    ),
    // With a domain no target needs a port.
    ...(domain && found ? await domainChecks(elb, domain, found) : [await ports(elb, loadBalancer)]),
  ];
}

/** Only the doctor needs it, so that a cold start does not read it. */
async function domainChecks(...asked: Parameters<typeof diagnoseDomain>): Promise<Check[]> {
  return (await import("./diagnose-domain.ts")).diagnoseDomain(...asked);
}

function ports(elb: ElasticLoadBalancingV2Client, loadBalancer: LoadBalancer): Promise<Check> {
  const mend = "Give a wider range, or take away listeners that nobody needs.";
  return check("loadBalancer.ports", mend, () => portsLeft(elb, loadBalancer));
}

async function find(elb: ElasticLoadBalancingV2Client, { arn }: LoadBalancer) {
  const answer = await callElb("DescribeLoadBalancers", (options) =>
    elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), options),
  );
  return answer.LoadBalancers?.[0];
}

async function usable(elb: ElasticLoadBalancingV2Client, settings: LoadBalancer): Promise<string> {
  const found = await find(elb, settings);
  if (!found) throw new Error(`There is no load balancer ${settings.arn}.`);
  if (found.Type !== "application")
    throw new Error(`It is a ${found.Type} load balancer, not an application one.`);
  if (found.State?.Code !== "active") throw new Error(`It is ${found.State?.Code}, not active.`);
  return `${found.DNSName} is active.`;
}

async function inVpc(elb: ElasticLoadBalancingV2Client, settings: LoadBalancer): Promise<string> {
  const found = await find(elb, settings);
  if (found?.VpcId !== settings.vpcId)
    throw new Error(`The load balancer is in ${found?.VpcId}, not in ${settings.vpcId}.`);
  return `The load balancer is in ${settings.vpcId}.`;
}

async function portsLeft(elb: ElasticLoadBalancingV2Client, { arn, ports }: LoadBalancer): Promise<string> {
  const taken = new Set<number>();
  let Marker: string | undefined;
  do {
    const page = await callElb("DescribeListeners", (options) =>
      elb.send(new DescribeListenersCommand({ LoadBalancerArn: arn, Marker }), options),
    );
    for (const { Port = 0 } of page.Listeners ?? [])
      if (Port >= ports.from && Port <= ports.to) taken.add(Port);
    Marker = page.NextMarker;
  } while (Marker);
  const left = ports.to - ports.from + 1 - taken.size;
  if (left === 0)
    throw new Error(`All ports from ${ports.from} to ${ports.to} have a listener: no further target fits.`);
  return `${left} ports are left from ${ports.from} to ${ports.to}.`;
}

// The listener of a target: without a domain each has a port of its own, from the environment's range. Which listener is
// whose can be read from where it leads; two targets that want one port at once are told apart by the load balancer.
import {
  CreateListenerCommand,
  DeleteListenerCommand,
  DescribeListenersCommand,
  type DescribeListenersCommandOutput,
  DescribeLoadBalancersCommand,
  type ElasticLoadBalancingV2Client,
  type Listener,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { LoadBalancer } from "#core/domain/environment.ts";
import { TuttiError } from "#core/errors.ts";
import type { Wish } from "./balancer.ts";
import { callElb, isElbError } from "./client.ts";
import { tagsOf } from "./target-group.ts";

export async function ensureListener(
  elb: ElasticLoadBalancingV2Client,
  wish: Wish,
  targetGroupArn: string,
): Promise<void> {
  const listeners = await listListeners(elb, wish.loadBalancer.arn);
  if (listeners.some((listener) => leadsTo(listener, targetGroupArn))) return;
  const taken = new Set(listeners.map((listener) => listener.Port));
  const { from, to } = wish.loadBalancer.ports;
  for (let port = from; port <= to; port++) {
    if (!taken.has(port) && (await createListener(elb, wish, targetGroupArn, port))) return;
  }
  throw new TuttiError(
    "capacity_exceeded",
    `The load balancer has no free port between ${from} and ${to} for ${wish.app}/${wish.environment}.`,
  );
}

/** False where another one was faster to take that port. */
async function createListener(
  elb: ElasticLoadBalancingV2Client,
  wish: Wish,
  targetGroupArn: string,
  port: number,
): Promise<boolean> {
  try {
    await callElb("CreateListener", (options) =>
      elb.send(
        new CreateListenerCommand({
          LoadBalancerArn: wish.loadBalancer.arn,
          Protocol: "HTTP",
          Port: port,
          DefaultActions: [{ Type: "forward", TargetGroupArn: targetGroupArn }],
          Tags: tagsOf(wish),
        }),
        options,
      ),
    );
    return true;
  } catch (error) {
    if (isElbError(error, "DuplicateListenerException")) return false;
    throw error;
  }
}

export async function endpointOf(
  elb: ElasticLoadBalancingV2Client,
  { arn }: LoadBalancer,
  targetGroupArn: string,
): Promise<string | null> {
  const [listeners, host] = await Promise.all([listListeners(elb, arn), dnsName(elb, arn)]);
  const listener = listeners.find((one) => leadsTo(one, targetGroupArn));
  if (!listener || !host) return null;
  return listener.Port === 80 ? `http://${host}` : `http://${host}:${listener.Port}`;
}

export async function removeListeners(
  elb: ElasticLoadBalancingV2Client,
  { arn }: LoadBalancer,
  targetGroupArn: string,
): Promise<void> {
  for (const listener of await listListeners(elb, arn)) {
    if (leadsTo(listener, targetGroupArn))
      await callElb("DeleteListener", (options) =>
        elb.send(new DeleteListenerCommand({ ListenerArn: listener.ListenerArn }), options),
      );
  }
}

export function leadsTo(listener: Listener, targetGroupArn: string): boolean {
  return (listener.DefaultActions ?? []).some(
    (action) =>
      action.TargetGroupArn === targetGroupArn ||
      (action.ForwardConfig?.TargetGroups ?? []).some((group) => group.TargetGroupArn === targetGroupArn),
  );
}

export async function listListeners(
  elb: ElasticLoadBalancingV2Client,
  LoadBalancerArn: string,
): Promise<Listener[]> {
  const found: Listener[] = [];
  let Marker: string | undefined;
  do {
    const page: DescribeListenersCommandOutput = await callElb("DescribeListeners", (options) =>
      elb.send(new DescribeListenersCommand({ LoadBalancerArn, Marker }), options),
    );
    found.push(...(page.Listeners ?? []));
    Marker = page.NextMarker;
  } while (Marker);
  return found;
}

async function dnsName(elb: ElasticLoadBalancingV2Client, arn: string): Promise<string | null> {
  const answer = await callElb("DescribeLoadBalancers", (options) =>
    elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), options),
  );
  return answer.LoadBalancers?.[0]?.DNSName ?? null;
}

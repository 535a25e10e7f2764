// The listener of a target: without a domain each has a port of its own, from the environment's range. Which listener is
// whose can be read from where it leads; two targets that want one port at once are told apart by the load balancer.
import {
  CreateListenerCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { TuttiError } from "#core/errors.ts";
import { isAwsError } from "#targets/host/call-aws.ts";
import type { Wish } from "./balancer.ts";
import { callElb } from "./client.ts";
import { listListeners } from "./list.ts";
import { leadsTo } from "./shares.ts";
import { tagsOf } from "./target-group.ts";

export async function ensureListener(
  elb: ElasticLoadBalancingV2Client,
  wish: Wish,
  targetGroupArn: string,
): Promise<void> {
  const listeners = await listListeners(elb, wish.loadBalancer.arn);
  if (listeners.some(({ DefaultActions }) => leadsTo(DefaultActions, targetGroupArn))) return;
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
    if (isAwsError(error, "DuplicateListenerException")) return false;
    throw error;
  }
}

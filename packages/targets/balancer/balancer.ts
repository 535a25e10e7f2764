// A target's place behind the load balancer: a target group and a listener of its own; or two groups, the sides of a
// blue/green or canary, between which the listener's traffic is weighted. Level-triggered: `ensure` makes what is missing,
// mends what differs and leaves the rest; asked twice it has the effect of once.
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { LoadBalancer } from "#core/domain/environment.ts";
import type { HealthPolicy } from "#core/domain/spec.ts";
import { callElb, isElbError } from "./client.ts";
import { endpointOf, ensureListener, removeListeners } from "./listener.ts";
import { findSides, joinListener, removeSide, type Side } from "./sides.ts";
import { deleteTargetGroup, ensureTargetGroup, findTargetGroup } from "./target-group.ts";
import { readWeights, type Shifted, shiftTraffic, type Weights } from "./weights.ts";

/** `address` is what the target group holds: an IP address, or an instance's id. */
export type Backend = { address: string; port: number };

/** `initial`: the load balancer has not looked yet; `draining`: gets no new request and may finish what it has. */
export type BackendState = "initial" | "healthy" | "unhealthy" | "draining" | "unused" | "unavailable";
export type BackendHealth = Backend & { state: BackendState; detail: string };

/** What a target wants of the load balancer. */
export type Wish = {
  app: string;
  environment: string;
  loadBalancer: LoadBalancer;
  port: number;
  health: HealthPolicy;
  drainSeconds: number;
  /** Default ip. */
  targetType?: "ip" | "instance";
  /** Absent where a target has one group only. A second side joins the listener at weight 0. */
  side?: Side;
};
export type Who = Pick<Wish, "app" | "environment" | "loadBalancer" | "side">;

export type Balancer = {
  /** ARN of the target group, reachable through a listener. Throws `capacity_exceeded` where no port is left. */
  ensure(wish: Wish): Promise<string>;
  /** ARN of the target group, `null` where there is none. */
  find(who: Who): Promise<string | null>;
  /** `http://<dns>:<port>`, `null` where no listener leads to the target group. */
  endpoint(who: Who, targetGroupArn: string): Promise<string | null>;
  register(targetGroupArn: string, backends: Backend[]): Promise<void>;
  deregister(targetGroupArn: string, backends: Backend[]): Promise<void>;
  /** Everything registered or draining. What is not in it is drained. */
  health(targetGroupArn: string): Promise<BackendHealth[]>;
  /** Percent of the traffic of each side that stands in the listener; empty where there is none. */
  weights(who: Who): Promise<Weights>;
  /** Moves the traffic and reads it back. Refused, with a sentence, where a side would get traffic that has no healthy target. */
  shift(who: Who, wanted: Weights): Promise<Shifted>;
  /** Takes one side away, out of the listener first. Throws `conflict` while it has traffic; nothing there is fine. */
  removeSide(who: Who, side: Side): Promise<void>;
  /** Takes listener and target groups away; nothing there is fine. */
  remove(who: Who): Promise<void>;
};

export function createBalancer(elb: ElasticLoadBalancingV2Client): Balancer {
  return {
    async ensure(wish) {
      const group = await ensureTargetGroup(elb, wish);
      const arn = group.TargetGroupArn!;
      const attached = group.LoadBalancerArns?.includes(wish.loadBalancer.arn);
      if (!attached && !(wish.side && (await joinListener(elb, wish, arn))))
        await ensureListener(elb, wish, arn);
      return arn;
    },
    find: async (who) => (await findTargetGroup(elb, who))?.TargetGroupArn ?? null,
    endpoint: (who, arn) => endpointOf(elb, who.loadBalancer, arn),
    register: (arn, backends) => registerAll(elb, arn, backends),
    deregister: (arn, backends) => deregisterAll(elb, arn, backends),
    health: (arn) => readHealth(elb, arn),
    weights: (who) => readWeights(elb, who),
    shift: (who, wanted) => shiftTraffic(elb, who, wanted, (arn) => readHealth(elb, arn)),
    removeSide: (who, side) => removeSide(elb, who, side),
    async remove(who) {
      const sides = Object.values(await findSides(elb, who));
      for (const arn of sides) await removeListeners(elb, who.loadBalancer, arn);
      for (const arn of sides) await deleteTargetGroup(elb, arn);
    },
  };
}

async function registerAll(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
  backends: Backend[],
): Promise<void> {
  if (backends.length === 0) return;
  await callElb("RegisterTargets", (options) =>
    elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: backends.map(toTarget) }), options),
  );
}

async function deregisterAll(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
  backends: Backend[],
): Promise<void> {
  if (backends.length === 0) return;
  try {
    await callElb("DeregisterTargets", (options) =>
      elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: backends.map(toTarget) }), options),
    );
  } catch (error) {
    // Already gone: what was asked for is so.
    if (!isElbError(error, "InvalidTargetException", "TargetGroupNotFoundException")) throw error;
  }
}

async function readHealth(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
): Promise<BackendHealth[]> {
  const answer = await callElb("DescribeTargetHealth", (options) =>
    elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }), options),
  );
  return (answer.TargetHealthDescriptions ?? []).map(toHealth);
}

function toTarget({ address, port }: Backend): { Id: string; Port: number } {
  return { Id: address, Port: port };
}

function toHealth({ Target, TargetHealth }: TargetHealthDescription): BackendHealth {
  const state = (TargetHealth?.State ?? "unavailable") as BackendState;
  const detail = TargetHealth?.Description ?? TargetHealth?.Reason ?? "";
  return { address: Target?.Id ?? "", port: Target?.Port ?? 0, state, detail };
}

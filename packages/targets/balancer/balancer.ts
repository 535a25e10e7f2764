// A target's place behind the load balancer: a target group of IP addresses and a listener of its own. Level-triggered:
// `ensure` makes what is missing, mends what differs and leaves the rest; asked twice it has the effect of once.
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
import { deleteTargetGroup, ensureTargetGroup, findTargetGroup } from "./target-group.ts";

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
};
export type Who = Pick<Wish, "app" | "environment" | "loadBalancer">;

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
  /** Takes listener and target group away; nothing there is fine. */
  remove(who: Who): Promise<void>;
};

export function createBalancer(elb: ElasticLoadBalancingV2Client): Balancer {
  return {
    async ensure(wish) {
      const group = await ensureTargetGroup(elb, wish);
      const attached = group.LoadBalancerArns?.includes(wish.loadBalancer.arn);
      if (!attached) await ensureListener(elb, wish, group.TargetGroupArn!);
      return group.TargetGroupArn!;
    },
    find: async (who) => (await findTargetGroup(elb, who))?.TargetGroupArn ?? null,
    endpoint: (who, arn) => endpointOf(elb, who.loadBalancer, arn),
    register: (arn, backends) => registerAll(elb, arn, backends),
    deregister: (arn, backends) => deregisterAll(elb, arn, backends),
    health: (arn) => readHealth(elb, arn),
    async remove(who) {
      const group = await findTargetGroup(elb, who);
      if (!group) return;
      await removeListeners(elb, who.loadBalancer, group.TargetGroupArn!);
      await deleteTargetGroup(elb, group.TargetGroupArn!);
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

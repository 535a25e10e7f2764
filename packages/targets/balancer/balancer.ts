// A target's place behind the load balancer: a target group and a route to it (a listener of its own, or a rule for its name); or two
// groups, the sides of a blue/green or canary, between which the route's traffic is weighted. Level-triggered: `ensure` makes what is missing,
// mends what differs and leaves the rest; asked twice it has the effect of once.
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Domain, Environment, LoadBalancer } from "#core/domain/environment.ts";
import type { HealthPolicy } from "#core/domain/spec.ts";
import { isAwsError } from "#targets/host/call-aws.ts";
import { callElb } from "./client.ts";
import { endpointOf } from "./endpoint.ts";
import { ensureListener } from "./listener.ts";
import { findRoutes, removeRoute } from "./routes.ts";
import { ensureRule } from "./rule.ts";
import { findSides, joinRoutes, removeSide, type Side } from "./sides.ts";
import { deleteTargetGroup, ensureTargetGroup, findTargetGroup } from "./target-group.ts";
import { readWeights, type Shifted, shiftTraffic, type Weights } from "./weights.ts";

/** `address` is what the target group holds: an IP address, or an instance's id. */
export type Backend = { address: string; port: number };

/** `initial`: the load balancer has not looked yet; `draining`: gets no new request and may finish what it has. */
export type BackendState = "initial" | "healthy" | "unhealthy" | "draining" | "unused" | "unavailable";
/** `anomalous`: it passes its checks and answers requests worse than the others. */
export type BackendHealth = Backend & { state: BackendState; detail: string; anomalous?: boolean };

/** What a target wants of the load balancer. */
export type Wish = {
  app: string;
  environment: string;
  loadBalancer: LoadBalancer;
  /** With one, the target is reached by its name there. */
  domain?: Domain | undefined;
  port: number;
  health: HealthPolicy;
  drainSeconds: number;
  /** Default ip. */
  targetType?: "ip" | "instance";
  /** Absent where a target has one group only. A second side joins the route at weight 0. */
  side?: Side;
};
export type Who = Pick<Wish, "app" | "environment" | "loadBalancer" | "domain" | "side">;

/** `null` where the environment has no load balancer. */
export function placeBehind({ app, environment }: { app: string; environment: Environment }): Who | null {
  const { name, loadBalancer, domain } = environment;
  return loadBalancer ? { app, environment: name, loadBalancer, domain } : null;
}

export type Balancer = {
  /** ARN of the target group, reachable through a route. Throws `capacity_exceeded` where no port or no rule is left. */
  ensure(wish: Wish): Promise<string>;
  /** ARN of the target group, `null` where there is none. */
  find(who: Who): Promise<string | null>;
  /** `http://<dns>:<port>` or `https://<app>.<domain>`, `null` where no route leads to the target group. */
  endpoint(who: Who, targetGroupArn: string): Promise<string | null>;
  register(targetGroupArn: string, backends: Backend[]): Promise<void>;
  deregister(targetGroupArn: string, backends: Backend[]): Promise<void>;
  /** Everything registered or draining. What is not in it is drained. */
  health(targetGroupArn: string): Promise<BackendHealth[]>;
  /** Percent of the traffic of each side that stands in the route; empty where there is none. */
  weights(who: Who): Promise<Weights>;
  /** Moves the traffic and reads it back. Refused, with a sentence, where a side would get traffic that has no healthy target. */
  shift(who: Who, wanted: Weights): Promise<Shifted>;
  /** Takes one side away, out of its routes first. Throws `conflict` while it has traffic; nothing there is fine. */
  removeSide(who: Who, side: Side): Promise<void>;
  /** Takes routes and target groups away; nothing there is fine. */
  remove(who: Who): Promise<void>;
};

export function createBalancer(elb: ElasticLoadBalancingV2Client): Balancer {
  return {
    async ensure(wish) {
      const group = await ensureTargetGroup(elb, wish);
      const arn = group.TargetGroupArn!;
      const attached = group.LoadBalancerArns?.includes(wish.loadBalancer.arn);
      const joined = attached || (wish.side && (await joinRoutes(elb, wish, arn)));
      // Asked for each time: an environment may be given a domain while something runs in it.
      if (wish.domain) await ensureRule(elb, wish, wish.domain, arn);
      else if (!joined) await ensureListener(elb, wish, arn);
      return arn;
    },
    find: async (who) => (await findTargetGroup(elb, who))?.TargetGroupArn ?? null,
    endpoint: (who, arn) => endpointOf(elb, who, arn),
    register: (arn, backends) => registerAll(elb, arn, backends),
    deregister: (arn, backends) => deregisterAll(elb, arn, backends),
    health: (arn) => readHealth(elb, arn),
    weights: (who) => readWeights(elb, who),
    shift: (who, wanted) => shiftTraffic(elb, who, wanted, (arn) => readHealth(elb, arn)),
    removeSide: (who, side) => removeSide(elb, who, side),
    async remove(who) {
      const sides = Object.values(await findSides(elb, who));
      for (const route of await findRoutes(elb, who, sides)) await removeRoute(elb, route);
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
    if (!isAwsError(error, "InvalidTargetException", "TargetGroupNotFoundException")) throw error;
  }
}

async function readHealth(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
): Promise<BackendHealth[]> {
  const input = { TargetGroupArn, Include: ["AnomalyDetection" as const] };
  const answer = await callElb("DescribeTargetHealth", (options) =>
    elb.send(new DescribeTargetHealthCommand(input), options),
  );
  return (answer.TargetHealthDescriptions ?? []).map(toHealth);
}

function toTarget({ address, port }: Backend): { Id: string; Port: number } {
  return { Id: address, Port: port };
}

const ANOMALOUS = "it answers requests worse than the other copies do (anomalous)";

/** Anomalies are looked for in groups of at least three healthy targets (ALB user guide, "Automatic Target Weights"). */
function toHealth({ Target, TargetHealth, AnomalyDetection }: TargetHealthDescription): BackendHealth {
  const state = (TargetHealth?.State ?? "unavailable") as BackendState;
  const anomalous = state === "healthy" && AnomalyDetection?.Result === "anomalous";
  const detail = anomalous ? ANOMALOUS : (TargetHealth?.Description ?? TargetHealth?.Reason ?? "");
  const backend = { address: Target?.Id ?? "", port: Target?.Port ?? 0, state, detail };
  return anomalous ? { ...backend, anomalous } : backend;
}

// What leads to a target: listeners of its own, and rules for its name. Usually there is one; a target that was there before its environment
// got a domain keeps its port beside its name until it is removed, and traffic is shifted on both.
import {
  type Action,
  DeleteListenerCommand,
  DeleteRuleCommand,
  type ElasticLoadBalancingV2Client,
  type Listener,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Who } from "./balancer.ts";
import { callElb } from "./client.ts";
import { hostsOf, listListeners, listRules } from "./list.ts";
import { forwardTo, leadsTo, type Share } from "./shares.ts";

export type Route = {
  arn: string;
  kind: "listener" | "rule";
  /** A rule's, or its own. */
  listenerArn: string;
  port: number;
  /** What the rule takes requests for; none of a listener. */
  hosts: string[];
  actions: Action[];
};

/** Those that lead to any of the groups; rules first. */
export async function findRoutes(
  elb: ElasticLoadBalancingV2Client,
  { loadBalancer }: Pick<Who, "loadBalancer">,
  groupArns: string[],
): Promise<Route[]> {
  if (groupArns.length === 0) return [];
  const listeners = await listListeners(elb, loadBalancer.arn);
  const rules = await Promise.all(
    listeners
      .filter(({ Protocol }) => Protocol === "HTTPS")
      .map(async (one) => (await listRules(elb, one.ListenerArn!)).map((rule) => ruleRoute(rule, one))),
  );
  return [...rules.flat(), ...listeners.map(listenerRoute)].filter(({ actions }) =>
    groupArns.some((arn) => leadsTo(actions, arn)),
  );
}

function listenerRoute({ ListenerArn: arn = "", Port: port = 0, DefaultActions = [] }: Listener): Route {
  return { arn, kind: "listener", listenerArn: arn, port, hosts: [], actions: DefaultActions };
}

function ruleRoute(rule: Rule, { ListenerArn = "", Port = 0 }: Listener): Route {
  return {
    arn: rule.RuleArn ?? "",
    kind: "rule",
    listenerArn: ListenerArn,
    port: Port,
    hosts: hostsOf(rule),
    actions: rule.Actions ?? [],
  };
}

export async function setShares(
  elb: ElasticLoadBalancingV2Client,
  { kind, arn }: Route,
  shares: Share[],
): Promise<void> {
  const actions = forwardTo(shares);
  if (kind === "rule")
    await callElb("ModifyRule", (options) =>
      elb.send(new ModifyRuleCommand({ RuleArn: arn, Actions: actions }), options),
    );
  else
    await callElb("ModifyListener", (options) =>
      elb.send(new ModifyListenerCommand({ ListenerArn: arn, DefaultActions: actions }), options),
    );
}

export async function removeRoute(elb: ElasticLoadBalancingV2Client, { kind, arn }: Route): Promise<void> {
  if (kind === "rule")
    await callElb("DeleteRule", (options) => elb.send(new DeleteRuleCommand({ RuleArn: arn }), options));
  else
    await callElb("DeleteListener", (options) =>
      elb.send(new DeleteListenerCommand({ ListenerArn: arn }), options),
    );
}

// The listeners of a load balancer and the rules of a listener, page by page.
import {
  DescribeListenersCommand,
  type DescribeListenersCommandOutput,
  DescribeRulesCommand,
  type DescribeRulesCommandOutput,
  type ElasticLoadBalancingV2Client,
  type Listener,
  type Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { callElb } from "./client.ts";

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

/** Without the listener's own action, which is nobody's. */
export async function listRules(elb: ElasticLoadBalancingV2Client, ListenerArn: string): Promise<Rule[]> {
  const found: Rule[] = [];
  let Marker: string | undefined;
  do {
    const page: DescribeRulesCommandOutput = await callElb("DescribeRules", (options) =>
      elb.send(new DescribeRulesCommand({ ListenerArn, Marker }), options),
    );
    found.push(...(page.Rules ?? []));
    Marker = page.NextMarker;
  } while (Marker);
  return found.filter(({ IsDefault }) => !IsDefault);
}

export function hostsOf({ Conditions = [] }: Rule): string[] {
  return Conditions.flatMap(({ HostHeaderConfig, Field, Values }) =>
    Field === "host-header" ? (HostHeaderConfig?.Values ?? Values ?? []) : [],
  );
}

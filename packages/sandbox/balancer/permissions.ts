// What IAM is asked about the load balancer's operations (Service Authorization Reference, Elastic Load Balancing V2): Describe* know no
// resources; what is tagged while it is made takes AddTags beside; tags of what is there are conditions.
import type * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AlsoNeeded, Platform, Service } from "../platform.ts";
import type { Tags } from "./model.ts";
import type { State } from "./state.ts";

type Input = Record<string, string | string[] | undefined>;
const named =
  (...keys: string[]) =>
  (input: Input) =>
    keys.flatMap((key) => input[key] ?? []);

export function iamResources(platform: Platform): Service["iamResources"] {
  return {
    ...NAMED,
    CreateLoadBalancer: ({ Name }: elb.CreateLoadBalancerInput) => [
      arnOf(platform, `loadbalancer/app/${Name}/*`),
    ],
    CreateTargetGroup: ({ Name }: elb.CreateTargetGroupInput) => [arnOf(platform, `targetgroup/${Name}/*`)],
  };
}

const NAMED: Service["iamResources"] = {
  DeleteLoadBalancer: named("LoadBalancerArn"),
  CreateListener: named("LoadBalancerArn"),
  ModifyListener: named("ListenerArn"),
  DeleteListener: named("ListenerArn"),
  CreateRule: named("ListenerArn"),
  ModifyRule: named("RuleArn"),
  DeleteRule: named("RuleArn"),
  SetRulePriorities: (input: elb.SetRulePrioritiesInput) =>
    (input.RulePriorities ?? []).map(({ RuleArn }) => RuleArn ?? ""),
  ModifyTargetGroup: named("TargetGroupArn"),
  DeleteTargetGroup: named("TargetGroupArn"),
  ModifyTargetGroupAttributes: named("TargetGroupArn"),
  RegisterTargets: named("TargetGroupArn"),
  DeregisterTargets: named("TargetGroupArn"),
  AddTags: named("ResourceArns"),
  RemoveTags: named("ResourceArns"),
};

export function iamAlso(platform: Platform): Service["iamAlso"] {
  const tagging = (operation: string, resource: string, tags: elb.Tag[] = []): AlsoNeeded[] => {
    const context = { "elasticloadbalancing:CreateAction": operation };
    return tags.length === 0 ? [] : [{ action: "elasticloadbalancing:AddTags", resource, context }];
  };
  return {
    CreateTargetGroup: ({ Name, Tags }: elb.CreateTargetGroupInput) =>
      tagging("CreateTargetGroup", arnOf(platform, `targetgroup/${Name}/*`), Tags),
    // The listener's ARN is its load balancer's, and an id more.
    CreateListener: ({ LoadBalancerArn = "", Tags }: elb.CreateListenerInput) =>
      tagging("CreateListener", `${LoadBalancerArn.replace(":loadbalancer/", ":listener/")}/*`, Tags),
    CreateRule: ({ ListenerArn = "", Tags }: elb.CreateRuleInput) =>
      tagging("CreateRule", `${ListenerArn.replace(":listener/", ":listener-rule/")}/*`, Tags),
  };
}

/** The tags of what is there already; what is yet to be made has none. */
export function iamContext(state: State): NonNullable<Service["iamContext"]> {
  return (resource) => {
    const owners: (Map<string, { tags: Tags }> | undefined)[] = [
      state.loadBalancers,
      state.listeners,
      state.rules,
    ];
    const owner =
      state.groups.get(resource)?.settings ?? owners.map((all) => all?.get(resource)).find(Boolean);
    return Object.fromEntries(
      Object.entries(owner?.tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value] as const),
    );
  };
}

/** What is yet to be made has no id; IAM is asked about any. */
function arnOf({ region, accountId }: Platform, resource: string): string {
  return `arn:aws:elasticloadbalancing:${region}:${accountId}:${resource}`;
}

// What every kind behind a load balancer needs. Load balancers are the environments' own; target groups and listeners are Tutti's, and
// only what carries the tag of an app is ever changed.
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

const OURS = { StringLike: { "aws:ResourceTag/tutti:app": "*" } };
const CREATED =
  "Names are shortened to 32 characters, so only the kind of thing is known before it is there.";

/** `membership`: the calls by which the kind puts its own copies in and out; ECS and Auto Scaling do that by themselves. `sides`: whether it leads traffic from one target group to another. */
export function balancer(
  { account, region }: Names,
  membership: ("RegisterTargets" | "DeregisterTargets")[],
  { sides }: { sides: boolean },
): Statement[] {
  const call = (name: string) => `elasticloadbalancing:${name}`;
  const arn = (resource: string) => `arn:aws:elasticloadbalancing:${region}:${account}:${resource}`;
  // `listener/app/…` and `listener-rule/app/…`: each action knows one of the two.
  const [groups, routes] = [arn("targetgroup/*"), arn("listener*/app/*")];
  return [
    {
      actions: [
        "DescribeLoadBalancers",
        "DescribeTargetGroups",
        "DescribeTargetGroupAttributes",
        "DescribeTargetHealth",
        "DescribeListeners",
        "DescribeRules",
      ].map(call),
      resources: ["*"],
      why: "Describe calls know no resources (Service Authorization Reference, Elastic Load Balancing V2).",
    },
    { actions: [call("CreateTargetGroup")], resources: [groups], why: CREATED },
    {
      actions: [call("CreateListener")],
      resources: [arn("loadbalancer/app/*")],
      why: "A listener is made on a load balancer that an operator names in the environment.",
    },
    {
      actions: [call("CreateRule")],
      resources: [arn("listener/app/*")],
      why: "A rule for an app's name is made on the HTTPS listener that an operator names there.",
    },
    tagging([groups, routes]),
    {
      actions: ["ModifyTargetGroup", "ModifyTargetGroupAttributes", "DeleteTargetGroup", ...membership].map(
        call,
      ),
      resources: [groups],
      conditions: OURS,
    },
    {
      actions: [...(sides ? ["ModifyListener", "ModifyRule"] : []), "DeleteListener", "DeleteRule"].map(call),
      resources: [routes],
      conditions: OURS,
    },
  ];
}

/** Tags are written while something is made, and at no other time: nobody's target group becomes ours by a tag. */
function tagging(resources: string[]): Statement {
  return {
    actions: ["elasticloadbalancing:AddTags"],
    resources,
    // CreateTargetGroup, CreateListener, CreateRule.
    conditions: { StringLike: { "elasticloadbalancing:CreateAction": "Create*" } },
  };
}

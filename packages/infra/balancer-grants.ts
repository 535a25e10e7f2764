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
  const [groups, listeners] = [arn("targetgroup/*"), arn("listener/app/*")];
  return [
    {
      actions: [
        "DescribeLoadBalancers",
        "DescribeTargetGroups",
        "DescribeTargetGroupAttributes",
        "DescribeTargetHealth",
        "DescribeListeners",
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
    tagging("CreateTargetGroup", groups),
    tagging("CreateListener", listeners),
    {
      actions: ["ModifyTargetGroup", "ModifyTargetGroupAttributes", "DeleteTargetGroup", ...membership].map(
        call,
      ),
      resources: [groups],
      conditions: OURS,
    },
    {
      actions: [...(sides ? ["ModifyListener"] : []), "DeleteListener"].map(call),
      resources: [listeners],
      conditions: OURS,
    },
  ];
}

/** Tags are written while something is made, and at no other time: nobody's target group becomes ours by a tag. */
function tagging(operation: string, resource: string): Statement {
  return {
    actions: ["elasticloadbalancing:AddTags"],
    resources: [resource],
    conditions: { StringEquals: { "elasticloadbalancing:CreateAction": operation } },
  };
}

// Actions of listeners and rules, between the API's shape and what is kept. One action each: forward to one or more
// weighted groups, a fixed response, or a redirect. Other kinds are refused by name.
import type { Action as ApiAction } from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../platform.ts";
import { checkRange, invalid } from "./input.ts";
import type { Action, WeightedGroup } from "./model.ts";
import { describeRedirect, readRedirect } from "./redirect.ts";
import { findGroup, groupArns, groupsInUse, type State } from "./state.ts";

const MAX_GROUPS = 5; // ALB quotas: target groups per action

export function readAction(state: State, actions: ApiAction[] | undefined, loadBalancerArn: string): Action {
  const [action, ...others] = actions ?? [];
  if (!action || others.length > 0)
    throw invalid("Exactly one action is needed: forward, fixed-response or redirect");
  if (action.Type === "fixed-response") return readFixed(action);
  if (action.Type === "redirect") return readRedirect(action);
  if (action.Type !== "forward")
    throw invalid(`Actions of type '${action.Type}' are not implemented in the sandbox`);
  const groups = readGroups(action);
  for (const { arn } of groups) findGroup(state, arn);
  const read: Action = { type: "forward", groups };
  checkAssociation(state, read, loadBalancerArn);
  return read;
}

function readGroups(action: ApiAction): WeightedGroup[] {
  const { ForwardConfig, TargetGroupArn } = action;
  if (ForwardConfig?.TargetGroupStickinessConfig?.Enabled)
    throw invalid("Target group stickiness is not implemented in the sandbox");
  const tuples = ForwardConfig?.TargetGroups ?? [{ TargetGroupArn, Weight: 1 }];
  if (tuples.length < 1 || tuples.length > MAX_GROUPS)
    throw new AwsError(
      "TooManyUniqueTargetGroupsPerLoadBalancerException",
      `1 to ${MAX_GROUPS} target groups are allowed`,
    );
  const groups = tuples.map((tuple) => ({
    arn: tuple.TargetGroupArn ?? "",
    weight: checkRange(tuple.Weight ?? 1, 0, 999, "Weight"),
  }));
  if (new Set(groups.map((group) => group.arn)).size !== groups.length)
    throw invalid("A target group is named twice in one action");
  return groups;
}

function readFixed({ FixedResponseConfig: config }: ApiAction): Action {
  const code = config?.StatusCode ?? "";
  if (!/^[245]\d\d$/.test(code)) throw invalid(`StatusCode '${code}' is not 2XX, 4XX or 5XX`);
  const body = config?.MessageBody ?? "";
  if (body.length > 1_024) throw invalid("MessageBody is over 1024 characters");
  return {
    type: "fixed-response",
    statusCode: Number(code),
    contentType: config?.ContentType ?? "text/plain",
    body,
  };
}

/** A target group belongs to one load balancer at most (ALB quotas). */
function checkAssociation(state: State, action: Action, loadBalancerArn: string): void {
  const used = groupsInUse(state);
  for (const arn of groupArns(action))
    for (const balancer of used.get(arn) ?? [])
      if (balancer !== loadBalancerArn)
        throw new AwsError(
          "TargetGroupAssociationLimitException",
          `Target group '${arn}' is used by another load balancer`,
        );
}

export function describeAction(action: Action): ApiAction[] {
  if (action.type === "fixed-response") {
    const { statusCode, contentType, body } = action;
    const config = { StatusCode: String(statusCode), ContentType: contentType, MessageBody: body };
    return [{ Type: "fixed-response", Order: 1, FixedResponseConfig: config }];
  }
  if (action.type === "redirect") return [describeRedirect(action)];
  const only = action.groups.length === 1 ? action.groups[0]!.arn : undefined;
  return [
    {
      Type: "forward",
      Order: 1,
      TargetGroupArn: only,
      ForwardConfig: {
        TargetGroups: action.groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
        TargetGroupStickinessConfig: { Enabled: false },
      },
    },
  ];
}

// What the actions of a listener or a rule say: to which groups they forward, and with which weights. Pure.
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";

/** ARN and weight as they stand in a route. */
export type Share = { arn: string; weight: number };

export function leadsTo(actions: Action[] = [], targetGroupArn: string): boolean {
  return sharesOf(actions).some(({ arn }) => arn === targetGroupArn);
}

export function sharesOf(actions: Action[]): Share[] {
  return actions.flatMap(({ ForwardConfig, TargetGroupArn }) => {
    const groups = ForwardConfig?.TargetGroups ?? (TargetGroupArn ? [{ TargetGroupArn, Weight: 1 }] : []);
    return groups.map((group) => ({ arn: group.TargetGroupArn ?? "", weight: group.Weight ?? 1 }));
  });
}

export function forwardTo(shares: Share[]): Action[] {
  const TargetGroups = shares.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight }));
  return [{ Type: "forward", ForwardConfig: { TargetGroups } }];
}

// The two sides of a target behind one listener: which there are, how a second one joins, and how one leaves. A side joins
// at weight 0, so that it never gets traffic before somebody shifts it.
import {
  type ElasticLoadBalancingV2Client,
  type Listener,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { TuttiError } from "#core/errors.ts";
import type { Who } from "./balancer.ts";
import { callElb } from "./client.ts";
import { leadsTo, listListeners } from "./listener.ts";
import { deleteTargetGroup, findTargetGroup } from "./target-group.ts";

export type Side = "a" | "b";
export const SIDES: readonly Side[] = ["a", "b"];

/** ARN and weight as they stand in a listener. */
export type Share = { arn: string; weight: number };

/** ARNs of the target groups that exist. */
export async function findSides(
  elb: ElasticLoadBalancingV2Client,
  who: Who,
): Promise<Partial<Record<Side, string>>> {
  const groups = await Promise.all(SIDES.map((side) => findTargetGroup(elb, { ...who, side })));
  const found = SIDES.flatMap((side, index) => {
    const arn = groups[index]?.TargetGroupArn;
    return arn ? [[side, arn] as const] : [];
  });
  return Object.fromEntries(found);
}

/** The listener that leads to any side; `null` where there is none. */
export async function findListener(
  elb: ElasticLoadBalancingV2Client,
  who: Who,
  sides: Partial<Record<Side, string>>,
): Promise<Listener | null> {
  const arns = Object.values(sides);
  const listeners = await listListeners(elb, who.loadBalancer.arn);
  return listeners.find((listener) => arns.some((arn) => leadsTo(listener, arn))) ?? null;
}

/** False where the other side has no listener to join. */
export async function joinListener(
  elb: ElasticLoadBalancingV2Client,
  who: Who,
  targetGroupArn: string,
): Promise<boolean> {
  const listener = await findListener(elb, who, await findSides(elb, who));
  if (!listener) return false;
  const shares = sharesOf(listener);
  if (!shares.some(({ arn }) => arn === targetGroupArn))
    await setShares(elb, listener, [...shares, { arn: targetGroupArn, weight: 0 }]);
  return true;
}

export async function removeSide(elb: ElasticLoadBalancingV2Client, who: Who, side: Side): Promise<void> {
  const sides = await findSides(elb, who);
  const gone = sides[side];
  if (!gone) return;
  const listener = await findListener(elb, who, sides);
  const shares = listener ? sharesOf(listener) : [];
  const share = shares.find(({ arn }) => arn === gone);
  if (share && share.weight > 0)
    throw new TuttiError("conflict", `Side ${side} of ${who.app}/${who.environment} still has traffic.`);
  if (listener && share)
    await setShares(
      elb,
      listener,
      shares.filter((one) => one !== share),
    );
  await deleteTargetGroup(elb, gone);
}

export function sharesOf({ DefaultActions = [] }: Listener): Share[] {
  return DefaultActions.flatMap(({ ForwardConfig, TargetGroupArn }) => {
    const groups = ForwardConfig?.TargetGroups ?? (TargetGroupArn ? [{ TargetGroupArn, Weight: 1 }] : []);
    return groups.map((group) => ({ arn: group.TargetGroupArn ?? "", weight: group.Weight ?? 1 }));
  });
}

export async function setShares(
  elb: ElasticLoadBalancingV2Client,
  { ListenerArn }: Listener,
  shares: Share[],
): Promise<void> {
  const TargetGroups = shares.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight }));
  await callElb("ModifyListener", (options) =>
    elb.send(
      new ModifyListenerCommand({
        ListenerArn,
        DefaultActions: [{ Type: "forward", ForwardConfig: { TargetGroups } }],
      }),
      options,
    ),
  );
}

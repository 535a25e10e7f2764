// The two sides of a target behind its routes: which there are, how a second one joins, and how one leaves. A side joins
// at weight 0, so that it never gets traffic before somebody shifts it.
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { TuttiError } from "#core/errors.ts";
import type { Who } from "./balancer.ts";
import { findRoutes, setShares } from "./routes.ts";
import { leadsTo, sharesOf } from "./shares.ts";
import { deleteTargetGroup, findTargetGroup } from "./target-group.ts";

export type Side = "a" | "b";
export const SIDES: readonly Side[] = ["a", "b"];

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

/** False where the other side has no route to join. */
export async function joinRoutes(
  elb: ElasticLoadBalancingV2Client,
  who: Who,
  targetGroupArn: string,
): Promise<boolean> {
  const routes = await findRoutes(elb, who, Object.values(await findSides(elb, who)));
  for (const route of routes)
    if (!leadsTo(route.actions, targetGroupArn))
      await setShares(elb, route, [...sharesOf(route.actions), { arn: targetGroupArn, weight: 0 }]);
  return routes.length > 0;
}

export async function removeSide(elb: ElasticLoadBalancingV2Client, who: Who, side: Side): Promise<void> {
  const gone = (await findSides(elb, who))[side];
  if (!gone) return;
  const routes = await findRoutes(elb, who, [gone]);
  const shares = routes.map(({ actions }) => sharesOf(actions));
  if (shares.flat().some(({ arn, weight }) => arn === gone && weight > 0))
    throw new TuttiError("conflict", `Side ${side} of ${who.app}/${who.environment} still has traffic.`);
  for (const [index, route] of routes.entries())
    await setShares(
      elb,
      route,
      shares[index]!.filter(({ arn }) => arn !== gone),
    );
  await deleteTargetGroup(elb, gone);
}

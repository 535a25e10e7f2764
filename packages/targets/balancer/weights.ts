// Traffic between two sides: read as percent, moved, and read back. Never toward a side without a healthy target, which is
// what ECS's own blue/green has been blamed for (containers-roadmap #2853).
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { TuttiError } from "#core/errors.ts";
import type { BackendHealth, Who } from "./balancer.ts";
import { findRoutes, setShares } from "./routes.ts";
import { type Share, sharesOf } from "./shares.ts";
import { findSides, SIDES, type Side } from "./sides.ts";

/** Percent of the traffic; a side that is not named does not stand in the route. */
export type Weights = Partial<Record<Side, number>>;

/** `refused` says why nothing was moved; else null, and `weights` is what was read back. */
export type Shifted = { weights: Weights; refused: string | null };

export async function readWeights(elb: ElasticLoadBalancingV2Client, who: Who): Promise<Weights> {
  const sides = await findSides(elb, who);
  const [route] = await findRoutes(elb, who, Object.values(sides));
  return route ? percentsOf(sharesOf(route.actions), sides) : {};
}

export async function shiftTraffic(
  elb: ElasticLoadBalancingV2Client,
  who: Who,
  wanted: Weights,
  healthOf: (targetGroupArn: string) => Promise<BackendHealth[]>,
): Promise<Shifted> {
  const sides = await findSides(elb, who);
  const routes = await findRoutes(elb, who, Object.values(sides));
  const now = routes.map(({ actions }) => percentsOf(sharesOf(actions), sides));
  const [weights] = now;
  if (!weights)
    throw new TuttiError(
      "driver_failed",
      `${who.app}/${who.environment} has no route to shift traffic with.`,
    );
  const moving = routes.filter((_, index) => !isSame(now[index]!, wanted));
  if (moving.length === 0) return { weights, refused: null };
  const refused = await whyNot(sides, now, wanted, healthOf);
  if (refused !== null) return { weights, refused };
  for (const route of moving) await setShares(elb, route, sharesFor(sides, wanted));
  return { weights: await readWeights(elb, who), refused: null };
}

function isSame(now: Weights, wanted: Weights): boolean {
  return SIDES.every((side) => (now[side] ?? 0) === (wanted[side] ?? 0));
}

async function whyNot(
  sides: Partial<Record<Side, string>>,
  now: Weights[],
  wanted: Weights,
  healthOf: (targetGroupArn: string) => Promise<BackendHealth[]>,
): Promise<string | null> {
  for (const side of SIDES) {
    if (now.every((weights) => (wanted[side] ?? 0) <= (weights[side] ?? 0))) continue;
    const arn = sides[side];
    if (!arn) return `side ${side} is not there`;
    const backends = await healthOf(arn);
    if (!backends.some(({ state }) => state === "healthy")) return `side ${side} has no healthy target`;
  }
  return null;
}

/** Every side that exists stays in the route, those without traffic at weight 0. */
function sharesFor(sides: Partial<Record<Side, string>>, wanted: Weights): Share[] {
  return SIDES.flatMap((side) => {
    const arn = sides[side];
    return arn ? [{ arn, weight: Math.round(wanted[side] ?? 0) }] : [];
  });
}

function percentsOf(shares: Share[], sides: Partial<Record<Side, string>>): Weights {
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  const found = SIDES.flatMap((side) => {
    const share = shares.find(({ arn }) => arn === sides[side]);
    return share ? [[side, total === 0 ? 0 : Math.round((100 * share.weight) / total)] as const] : [];
  });
  return Object.fromEntries(found);
}

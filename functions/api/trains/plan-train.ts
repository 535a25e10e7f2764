// The dry run of a train: every deployment's plan, a few at a time.

import { dollarsOf } from "#core/plan/dollars.ts";
import { trainCost } from "#core/plan/train-cost.ts";
import type { ApiDeps } from "../deps.ts";
import { planOf } from "../plan.ts";
import type { PlanView } from "../schemas/plan.ts";
import type { TrainPlanView } from "../schemas/train.ts";
import type { Checked } from "./check-train.ts";

const AT_ONCE = 8;

export async function planTrain(
  deps: Pick<ApiDeps, "drivers" | "store">,
  name: string | null,
  stops: Checked[][],
): Promise<TrainPlanView> {
  const all = stops.flat();
  const plans = new Map<Checked, PlanView>();
  for (let i = 0; i < all.length; i += AT_ONCE)
    await Promise.all(
      all.slice(i, i + AT_ONCE).map(async (one) => plans.set(one, await planOf(deps, plannedOf(one)))),
    );
  const planned = stops.map((stop) => stop.map((one) => plans.get(one)!));
  return {
    name,
    dryRun: true,
    stops: planned.map((deployments, index) => ({ index, deployments })),
    estimatedSeconds: planned.reduce((sum, stop) => sum + slowest(stop), 0),
    estimatedDollars: roundedDollars(
      planned.flat().reduce((sum, one) => sum + one.estimatedDollars, dollarsOf(trainCost(all.length))),
    ),
  };
}

/** To a millionth, as everywhere. */
function roundedDollars(dollars: number): number {
  return Math.round(dollars * 1e6) / 1e6;
}

function plannedOf({ asked, submission }: Checked) {
  const { app, environment, version, rollout } = asked;
  const { spec } = submission;
  return { kind: spec.kind, app, environment, version, rollout, spec };
}

function slowest(stop: PlanView[]): number {
  return Math.max(0, ...stop.map((one) => one.estimatedSeconds));
}

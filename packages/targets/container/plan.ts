// Pure: rolling and allAtOnce are one step, since ECS moves tasks by itself; blue/green and canary start beside and shift.
import type { Spec } from "#core/domain/spec.ts";
import type { PlannedStep } from "#core/domain/step.ts";
import type { PlanRequest } from "#core/driver/driver.ts";
import { aged } from "#core/plan/restart.ts";
import { planTwoSides } from "#core/plan/two-sides.ts";
import { planWhole } from "#core/plan/whole.ts";

export function plan(request: PlanRequest, spec: Spec): PlannedStep[] {
  if (request.freshSince !== undefined) return planWhole(aged(request), spec).map(named);
  const { strategy } = spec.rollout;
  const twoSided = strategy === "blueGreen" || strategy === "canary";
  return twoSided && !standsAlone(request) ? planTwoSides(request, spec, false) : planWhole(request, spec);
}

/** ECS starts fresh copies of one revision within surge and unavailable, whatever the strategy. */
function named(step: PlannedStep): PlannedStep {
  return { ...step, label: `Restart ${step.replicas.length} of ${step.version}` };
}

/** All traffic and all copies are the version's already: only its count, or a broken copy, may be left to put right. */
function standsAlone({ fleet, version }: PlanRequest): boolean {
  const carriers = fleet.replicas.filter((one) => one.health !== "draining");
  const share = fleet.traffic.find((one) => one.version === version)?.percent ?? 0;
  return share === 100 && carriers.length > 0 && carriers.every((one) => one.version === version);
}

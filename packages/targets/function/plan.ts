// Pure: the shifts of traffic from what is live to the version, and how many of its environments are kept initialised. Only what is still
// missing is planned, so carrying on after a crash and going back are the same thing.

import type { Spec } from "#core/domain/spec.ts";
import type { PlannedStep } from "#core/domain/step.ts";
import type { PlanRequest } from "#core/driver/driver.ts";
import { planShift } from "#core/plan/shift.ts";

export function plan(request: PlanRequest, spec: Spec): PlannedStep[] {
  return [...planShift(request, spec), ...planKeeping(request)];
}

function planKeeping({ fleet, version, keep: count }: PlanRequest): PlannedStep[] {
  const before = fleet.scaling?.count ?? null;
  if (count === undefined || count === before) return [];
  const label = `Keep ${count} ${count === 1 ? "environment" : "environments"} initialised`;
  return [{ type: "prepare", label, replicas: [], version, keeps: { count, before } }];
}

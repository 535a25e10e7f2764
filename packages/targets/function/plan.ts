// Pure: the shifts of traffic from what is live to the version. Only what is still missing is planned, so carrying
// on after a crash and going back are the same thing.

import type { Spec } from "#core/domain/spec.ts";
import type { PlannedStep } from "#core/domain/step.ts";
import type { PlanRequest } from "#core/driver/driver.ts";
import { planShift } from "#core/plan/shift.ts";

export function plan(request: PlanRequest, spec: Spec): PlannedStep[] {
  return planShift(request, spec);
}

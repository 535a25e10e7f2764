// The plan for a target whose traffic is moved by weight (function): shifts that rise to 100 %. The replica of a shift
// is the version that gets the traffic. One that is under way is played again from its present weight.

import type { Spec } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import type { PlanRequest } from "../driver/driver.ts";

/** No steps: all traffic is on the version, and nothing says it is unhealthy. */
export function planShift(request: PlanRequest, spec: Spec): PlannedStep[] {
  const { fleet, version, rollback } = request;
  if (version === null) return removal(request);
  const now = fleet.traffic.find((share) => share.version === version)?.percent ?? 0;
  const unhealthy = fleet.replicas.some((one) => one.version === version && one.health === "unhealthy");
  if (now === 100 && !unhealthy) return [];
  return weightsFrom(now, request, spec).map((weightPercent) => ({
    type: "shift",
    label: `Shift ${weightPercent} % ${rollback ? "back " : ""}to ${version}`,
    replicas: [version],
    version,
    weightPercent,
    ...(rollback ? { rollback: true } : {}),
  }));
}

/** A first deployment has nobody to share with, and a way back is not a trial. */
function weightsFrom(now: number, request: PlanRequest, spec: Spec): number[] {
  const others = request.fleet.traffic.some(
    (share) => share.version !== request.version && share.percent > 0,
  );
  if (spec.rollout.strategy === "allAtOnce" || request.rollback || !others) return [100];
  // The weight it has already is asked for again: nobody knows whether it was watched to the end.
  return spec.rollout.weights.filter((weight) => weight >= now);
}

function removal(request: PlanRequest): PlannedStep[] {
  const versions = request.fleet.replicas.map((replica) => replica.id);
  if (versions.length === 0) return [];
  return [
    {
      type: "batch",
      action: "remove",
      label: "Remove the function",
      replicas: versions,
      version: null,
      ...(request.rollback ? { rollback: true } : {}),
    },
  ];
}

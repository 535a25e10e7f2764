// Blue/green and canary where copies are counted (vm, container): the release starts on the side that has no traffic,
// traffic is shifted to it by weights, and the side before is taken away. A side is a version's copies. Computed from what
// is live: a side that stands already is not started again, and going back to one that was kept is one shift.
import type { Replica } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { resolveAmount } from "./amount.ts";
import { nameReplicas } from "./labels.ts";
import { removal, removeAll } from "./removal.ts";
import { planShift } from "./shift.ts";
import { standIns } from "./stand-ins.ts";

/** `keep`: the side before is left standing after the last shift, for an instant way back. */
export function planTwoSides(request: PlanRequest, spec: Spec, keep: boolean): PlannedStep[] {
  const { fleet, version, rollback } = request;
  if (version === null) return removeAll(request);
  const others = fleet.replicas.filter((one) => one.version !== version && one.health !== "draining");
  const shifts = planShift(request, spec);
  const started = { count: usable(request).length };
  const steps = shifts.flatMap((shift) => [
    ...startBeside(request, countFor(shift, request, spec), started),
    shift,
  ]);
  // All of the traffic is there already and copies are missing: they join by themselves.
  if (shifts.length === 0) steps.push(...startBeside(request, request.desired, started));
  const leftover = others.length > 0 && !keep ? [removeOthers(others, rollback)] : [];
  return [...steps, ...leftover];
}

function usable({ fleet, version }: PlanRequest): Replica[] {
  return fleet.replicas.filter(
    (one) => one.version === version && (one.health === "healthy" || one.health === "starting"),
  );
}

/** A canary grows with its share; blue/green stands whole before it gets any. */
function countFor(shift: PlannedStep, { desired }: PlanRequest, { rollout }: Spec): number {
  if (rollout.strategy !== "canary") return desired;
  return Math.max(1, resolveAmount(`${shift.weightPercent ?? 100}%`, desired, "ceil"));
}

function startBeside(request: PlanRequest, count: number, started: { count: number }): PlannedStep[] {
  const missing = count - started.count;
  if (missing <= 0) return [];
  const replicas = standIns(missing, started.count);
  started.count = count;
  const { version, rollback } = request;
  return [
    {
      type: "batch",
      action: "startBeside",
      label: `Start ${missing} of ${version}`,
      replicas,
      count,
      version,
      whole: true,
      ...(rollback ? { rollback: true } : {}),
    },
  ];
}

function removeOthers(others: Replica[], rollback: boolean): PlannedStep {
  const versions = [...new Set(others.map((one) => one.version ?? "unknown"))].join(", ");
  const ids = others.map((one) => one.id);
  return removal(ids, `Remove ${versions}: ${nameReplicas(ids)}`, rollback);
}

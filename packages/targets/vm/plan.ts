// Pure: the steps from what is live to the release. Rolling replaces copies in the group that has the traffic; blue/green
// starts a second group and shifts. An image that does not stand yet is baked first. What fits
// on no type of instance is refused.
import type { Fleet, Replica } from "#core/domain/replica.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { PlannedStep } from "#core/domain/step.ts";
import type { PlanRequest } from "#core/driver/driver.ts";
import { nameReplicas } from "#core/plan/labels.ts";
import { removal, removeAll } from "#core/plan/removal.ts";
import { planReplacing } from "#core/plan/replacing.ts";
import { planFresh } from "#core/plan/restart.ts";
import { planTwoSides } from "#core/plan/two-sides.ts";
import { noType } from "./instance-type.ts";

export function plan(request: PlanRequest, spec: Spec): PlannedStep[] {
  const { fleet, version, rollback, freshSince } = request;
  if (version === null) return removeAll(request).map((step) => ({ ...step, desired: 0 }));
  const idle = fleet.replicas.filter(isIdle);
  const stale = idle.filter((one) => one.version !== version);
  const own = without(fleet, stale);
  const steps =
    freshSince !== undefined
      ? planFresh({ ...request, fleet: without(own, idle) }, spec)
      : takesSides({ ...request, fleet: own }, spec)
        ? [
            ...removeStale(stale, rollback),
            ...planTwoSides({ ...request, fleet: own }, spec, keeps(spec, rollback)),
          ]
        : [
            ...planGroup({ ...request, fleet: without(own, idle) }, spec),
            ...(rollback ? removeStale(stale, true) : []),
          ];
  return [...bakeFirst(request, steps), ...steps];
}

/** On a side that gets nothing of the traffic. */
function isIdle({ trafficPercent }: Replica): boolean {
  return trafficPercent === 0;
}

function without(fleet: Fleet, others: Replica[]): Fleet {
  return { ...fleet, replicas: fleet.replicas.filter((one) => !others.includes(one)) };
}

/** Where another version has traffic, and either the manifest says so or the version stands beside whole: an instant way. */
function takesSides({ fleet, version, desired }: PlanRequest, { rollout }: Spec): boolean {
  const others = fleet.traffic.some((share) => share.version !== version && share.percent > 0);
  if (!others) return false;
  const beside = fleet.replicas.filter(
    (one) => one.version === version && isIdle(one) && one.health === "healthy",
  );
  return rollout.strategy === "blueGreen" || beside.length >= desired;
}

function keeps({ vm }: Spec, rollback: boolean): boolean {
  return vm.keepSeconds > 0 && !rollback;
}

function removeStale(stale: Replica[], rollback: boolean): PlannedStep[] {
  if (stale.length === 0) return [];
  const ids = stale.map((one) => one.id);
  const versions = [...new Set(stale.map((one) => one.version ?? "unknown"))].join(", ");
  return [removal(ids, `Remove ${versions}, which has no traffic: ${nameReplicas(ids)}`, rollback)];
}

/** The count is said only where the plan changes it: else the group's own holds, whoever changes it meanwhile. A group that is yet to be made has it from the first step on. */
function planGroup(request: PlanRequest, spec: Spec): PlannedStep[] {
  const { fleet, desired } = request;
  const steps = planReplacing(request, spec);
  if (fleet.desired === desired || (fleet.desired === undefined && steps.length === 1)) return steps;
  return steps.map((step) => ({ ...step, desired }));
}

function bakeFirst({ fleet, version, rollback }: PlanRequest, steps: PlannedStep[]): PlannedStep[] {
  const launches = steps.some(({ action }) => action === "replace" || action === "startBeside");
  if (version === null || !launches) return [];
  // A way back, and a release that had a type here before, keep that (instance-type.ts).
  const { unfit } = fleet;
  if (unfit && !rollback && !unfit.known.includes(version)) throw noType(unfit);
  if (fleet.prepared?.includes(version)) return [];
  const label = `Bake the image of ${version}`;
  return [{ type: "prepare", label, replicas: [], version, ...(rollback ? { rollback: true } : {}) }];
}

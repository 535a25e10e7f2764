// Rolling where the platform moves the copies by itself (ECS): one step for all of them, within surge and unavailable.
// Computed from what is live, so that planning again in the middle, back, or to another count is the same function.
import type { Replica } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { resolveAmount } from "./amount.ts";
import { paceOf } from "./pace.ts";
import { removeAll } from "./removal.ts";
import { standIns } from "./stand-ins.ts";

/** No steps: so many copies of the version stand, all well, and nothing else does or is about to. */
export function planWhole(request: PlanRequest, spec: Spec): PlannedStep[] {
  const { fleet, version, desired, rollback } = request;
  if (version === null) return removeAll(request);
  const carriers = fleet.replicas.filter((one) => one.health !== "draining");
  const right = carriers.filter((one) => isRight(one, version)).slice(0, desired);
  const leaving = carriers.filter((one) => !right.includes(one));
  const recount = fleet.desired !== desired;
  const missing = desired - right.length;
  const kept = fleet.keeps === undefined || fleet.keeps === version;
  const all = leaving.length === 0 && missing === 0;
  const settled = kept && all && right.every((one) => one.health === "healthy");
  if (settled && (!recount || fleet.desired === undefined)) return [];
  const replicas = [...idsOf(right), ...standIns(missing, right.length)];
  return [
    {
      type: "batch",
      action: "replace",
      label: labelOf(request, replicas.length, leaving),
      replicas,
      // A count that nobody changed is the platform's: scaling may choose another one while this waits.
      ...(recount ? { count: desired } : {}),
      leaving: idsOf([...leaving].sort(brokenFirst)),
      leavingFirst: Math.min(leaving.length, mayBeAway(leaving, desired, spec)),
      version,
      whole: true,
      ...(rollback ? { rollback: true } : {}),
    },
  ];
}

function isRight(one: Replica, version: string): boolean {
  return one.version === version && (one.health === "healthy" || one.health === "starting");
}

function idsOf(replicas: Replica[]): string[] {
  return replicas.map((one) => one.id);
}

function brokenFirst(a: Replica, b: Replica): number {
  return Number(a.health === "healthy") - Number(b.health === "healthy");
}

/** Broken copies serve nobody, so that their leaving costs nothing. */
function mayBeAway(leaving: Replica[], desired: number, spec: Spec): number {
  const broken = leaving.filter((one) => one.health !== "healthy").length;
  return broken + resolveAmount(paceOf(spec).maxUnavailable, desired, "floor");
}

function labelOf({ version, rollback, fleet }: PlanRequest, count: number, leaving: Replica[]): string {
  if (rollback) return `Back to ${version}: ${count} of it`;
  if (fleet.replicas.length === 0) return `Start ${count} of ${version}`;
  const others = leaving.some((one) => one.version !== version);
  return others ? `Roll ${count} to ${version}` : `Keep ${count} of ${version}`;
}

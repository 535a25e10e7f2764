// The plan that takes a target away, where the platform keeps the copies: one step for all of them.
import type { PlannedStep } from "../domain/step.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { nameReplicas } from "./labels.ts";

/** No steps: nothing is there. */
export function removeAll({ fleet, rollback }: PlanRequest): PlannedStep[] {
  const replicas = fleet.replicas.map((one) => one.id);
  return replicas.length === 0 ? [] : [removal(replicas, `Remove ${nameReplicas(replicas)}`, rollback)];
}

export function removal(replicas: string[], label: string, rollback: boolean): PlannedStep {
  const back = rollback ? { rollback: true } : {};
  return { type: "batch", action: "remove", label, replicas, version: null, whole: true, ...back };
}

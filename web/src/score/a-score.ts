// Builders for the tests of the score: what a test sets is what matters.
import { NO_COST } from "#core/domain/cost.ts";
import type { DeploymentView, EventView } from "../api.ts";

type Step = DeploymentView["steps"][number];

/** Seconds since the beginning, as an instant. */
export const at = (seconds: number) => new Date(Date.UTC(2026, 0, 5, 12) + seconds * 1000).toISOString();
export const ms = (seconds: number) => Date.parse(at(seconds));

export function aStepView(index: number, overrides: Partial<Step>): Step {
  return {
    index,
    type: "batch",
    label: `Batch ${index + 1}`,
    status: "succeeded",
    replicas: [],
    startedAt: null,
    endedAt: null,
    rollback: false,
    action: "install",
    version: "v2",
    ...overrides,
  };
}

export function aDeploymentView(overrides: Partial<DeploymentView>): DeploymentView {
  return {
    id: "dep_1",
    app: "shop",
    environment: "prod",
    kind: "server",
    version: "v2",
    previousVersion: "v1",
    status: "succeeded",
    reason: "",
    revision: 1,
    createdAt: at(0),
    startedAt: at(0),
    endedAt: at(10),
    createdBy: "ann",
    trigger: "cli",
    steps: [],
    progress: { done: 0, total: 0 },
    health: { healthy: 0, unhealthy: 0, desired: 3 },
    failures: [],
    failureBudget: { used: 0, allowed: 0 },
    allowedActions: [],
    cost: { ...NO_COST, dollars: 0 },
    ...overrides,
  } as DeploymentView;
}

let seq = 0;
export function anEvent(seconds: number, overrides: Partial<EventView>): EventView {
  seq += 1;
  return { seq, at: at(seconds), type: "note", message: "", ...overrides };
}

// One pass that looked for unhealthy replicas, drift and deployments without an execution, and what it did.

export type HealingAction = {
  replica: string | null;
  finding: string;
  action: string;
  result: "repaired" | "begun" | "failed" | "held" | "carried_on" | "closed";
};

export type HealingRun = {
  id: string;
  app: string;
  environment: string;
  trigger: "schedule" | "api" | "cli" | "console";
  startedAt: string;
  endedAt: string;
  actions: HealingAction[];
  summary: string;
  /** Of the workflow of healing, where something was to be mended. */
  execution?: string;
  /** Its repair is not at its end yet. */
  underWay?: boolean;
};

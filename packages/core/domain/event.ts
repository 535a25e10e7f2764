// What happened to a deployment, in order, for people and programs. Append-only; `seq` counts from 1 per deployment.
import type { DeploymentStatus } from "./deployment.ts";

export type EventType = "status" | "step" | "replica" | "failure" | "traffic" | "operator" | "hook" | "note";

export type DeploymentEvent = {
  seq: number;
  at: string;
  type: EventType;
  message: string;
  step?: number;
  replica?: string;
  actor?: string;
  /** The deployment's status from here on, where this changed it. */
  status?: DeploymentStatus;
};

/** An event before the store has given it its place. */
export type NewEvent = Omit<DeploymentEvent, "seq" | "at">;

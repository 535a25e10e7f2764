// What happened to a deployment, in order, for people and programs. Append-only; `seq` counts from 1 per deployment.

export type EventType = "status" | "step" | "replica" | "failure" | "traffic" | "operator" | "note";

export type DeploymentEvent = {
  seq: number;
  at: string;
  type: EventType;
  message: string;
  step?: number;
  replica?: string;
  actor?: string;
};

/** An event before the store has given it its place. */
export type NewEvent = Omit<DeploymentEvent, "seq" | "at">;

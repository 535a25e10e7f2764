// What the service keeps of state machines and executions, as it lies on disk.

export type MachineRecord = {
  name: string;
  arn: string;
  roleArn: string;
  /** The text as it was sent. */
  definition: string;
  definitionSha256: string;
  createdAtMs: number;
  updatedAtMs: number;
  revisionId: string;
  status: "ACTIVE" | "DELETING";
  tags: Record<string, string>;
};

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

export type ExecutionRecord = {
  arn: string;
  name: string;
  machineArn: string;
  definitionSha256: string;
  roleArn: string;
  input: string;
  status: ExecutionStatus;
  startedAtMs: number;
  stoppedAtMs?: number;
  output?: string;
  error?: string;
  cause?: string;
  transitions: number;
};

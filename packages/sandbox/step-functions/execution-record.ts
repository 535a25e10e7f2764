// An execution's record: made new, or from its journal, and told to EventBridge at every change of its status.
import type { Platform } from "../platform.ts";
import type { ExecutionRecord, MachineRecord } from "./records.ts";
import type { Replay } from "./replay.ts";

export const executionArn = (machineArn: string, name: string) =>
  `${machineArn.replace(":stateMachine:", ":execution:")}:${name}`;

export function newRecord(
  machine: MachineRecord,
  name: string,
  input: string,
  startedAtMs: number,
): ExecutionRecord {
  const { arn: machineArn, definitionSha256, roleArn } = machine;
  const arn = executionArn(machineArn, name);
  return {
    arn,
    name,
    machineArn,
    definitionSha256,
    roleArn,
    input,
    status: "RUNNING",
    startedAtMs,
    transitions: 0,
  };
}

/** Ended already where the terminal event was the last that was written. */
export function recordFrom({ start, terminal, transitions }: Replay): ExecutionRecord {
  const { name, stateMachineArn: machineArn, definitionSha256, roleArn, input, startedAtMs } = start;
  const arn = executionArn(machineArn, name);
  const fresh = { arn, name, machineArn, definitionSha256, roleArn, input, startedAtMs, transitions };
  return { ...fresh, status: "RUNNING", ...(terminal ? endOf(terminal) : {}) };
}

/** An execution whose end was written, but not told, before the process died. */
function endOf(event: Record<string, unknown>): Partial<ExecutionRecord> {
  const word = String(event.type).replace("Execution", "");
  const statuses = {
    Succeeded: "SUCCEEDED",
    Failed: "FAILED",
    TimedOut: "TIMED_OUT",
    Aborted: "ABORTED",
  } as const;
  const details = event[`execution${word}EventDetails`] as Record<string, string>;
  const { output, error, cause } = details;
  return {
    status: statuses[word as keyof typeof statuses],
    stoppedAtMs: Number(event.timestamp),
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
export function announce(platform: Platform, record: ExecutionRecord): void {
  const included = { included: true };
  const detail = {
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: record.startedAtMs,
    stopDate: record.stoppedAtMs ?? null,
    input: record.input,
    inputDetails: included,
    output: record.output ?? null,
    outputDetails: record.output === undefined ? null : included,
    error: record.error ?? null,
    cause: record.cause ?? null,
    redriveCount: 0,
    redriveDate: null,
    redriveStatus:
      record.status === "RUNNING" || record.status === "SUCCEEDED" ? "NOT_REDRIVABLE" : "REDRIVABLE",
  };
  platform.emit("aws.states", "Step Functions Execution Status Change", detail, [record.arn]);
}

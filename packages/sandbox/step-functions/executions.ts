// All executions: starting (idempotent by name), describing, listing, stopping, and carrying on after a restart.
import { randomUUID } from "node:crypto";
import { AwsError, type Platform } from "../platform.ts";
import type { Archive } from "./archive.ts";
import { launch, type Running } from "./execution.ts";
import { fault } from "./faults.ts";
import { readJournal } from "./journal.ts";
import type { Definition } from "./language/definition.ts";
import { dataLimitBytes, Ending } from "./language/errors.ts";
import type { ExecutionRecord, MachineRecord } from "./records.ts";
import { replay } from "./replay.ts";
import type { Timers } from "./timers.ts";
import { createTokens, type TokenRegistry } from "./tokens.ts";

export type Executions = ReturnType<typeof createExecutions>;

export function createExecutions(platform: Platform, timers: Timers, archive: Archive) {
  const records = new Map<string, ExecutionRecord>();
  const running = new Map<string, Running>();
  const definitions = new Map<string, Definition>();
  const tokens: TokenRegistry = createTokens((arn) => records.has(arn));
  archive.whenForgotten((arn) => records.delete(arn));

  function definitionOf(sha256: string): Definition {
    const known = definitions.get(sha256);
    if (known) return known;
    const definition = JSON.parse(archive.definition(sha256)) as Definition;
    definitions.set(sha256, definition);
    return definition;
  }

  function begin(record: ExecutionRecord, replayed?: ReturnType<typeof replay>): void {
    records.set(record.arn, record);
    const parts = { platform, timers, tokens, record, journalPath: archive.journalPath(record.arn), onEnd };
    const definition = definitionOf(record.definitionSha256);
    running.set(record.arn, launch({ ...parts, definition, ...(replayed ? { replay: replayed } : {}) }));
  }

  function onEnd(record: ExecutionRecord): void {
    running.delete(record.arn);
    announce(platform, record);
    archive.end(record);
  }

  return {
    tokens,
    find(arn: string): ExecutionRecord {
      const record = records.get(arn);
      if (!record) throw fault("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
      running.get(arn)?.flush();
      return record;
    },
    ofMachine: (machineArn: string) =>
      [...records.values()].filter((record) => record.machineArn === machineArn),
    /** The same name and input while it runs answers the execution that runs. */
    start(machine: MachineRecord, givenName: string | undefined, input: string): ExecutionRecord {
      checkInput(input);
      const name = givenName ?? randomUUID();
      const arn = `${machine.arn.replace(":stateMachine:", ":execution:")}:${name}`;
      const existing = records.get(arn);
      if (existing?.status === "RUNNING" && existing.input === input) return existing;
      if (existing || archive.isTaken(arn))
        throw fault("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
      const { arn: machineArn, definitionSha256, roleArn } = machine;
      const startedAtMs = timers.now();
      const fresh = { arn, name, machineArn, definitionSha256, roleArn, input, startedAtMs, transitions: 0 };
      const record: ExecutionRecord = { ...fresh, status: "RUNNING" };
      begin(record);
      announce(platform, record);
      return record;
    },
    async stop(arn: string, error: string | undefined, cause: string | undefined): Promise<ExecutionRecord> {
      const record = this.find(arn);
      await running.get(arn)?.stop(new Ending("ABORTED", error, cause));
      return record;
    },
    /** Resolves when the execution has ended. */
    done: async (arn: string): Promise<void> => running.get(arn)?.done,
    forgetMachine(machineArn: string): void {
      for (const record of this.ofMachine(machineArn)) {
        records.delete(record.arn);
        archive.forget(record);
      }
    },
    carryOn(): void {
      const { ended, journals } = archive.read();
      for (const record of ended) records.set(record.arn, record);
      for (const path of journals) resume(path);
    },
    async halt(): Promise<void> {
      await Promise.all([...running.values()].map((one) => one.halt()));
      running.clear();
    },
  };

  function resume(path: string): void {
    const replayed = replay(readJournal(path));
    if (!replayed) return;
    const { start } = replayed;
    const arn = `${start.stateMachineArn.replace(":stateMachine:", ":execution:")}:${start.name}`;
    const record: ExecutionRecord = {
      arn,
      name: start.name,
      machineArn: start.stateMachineArn,
      definitionSha256: start.definitionSha256,
      roleArn: start.roleArn,
      input: start.input,
      startedAtMs: start.startedAtMs,
      status: "RUNNING",
      transitions: replayed.transitions,
    };
    if (!replayed.terminal) return begin(record, replayed);
    records.set(arn, { ...record, ...endOf(replayed.terminal) });
    onEnd(records.get(arn) as ExecutionRecord);
  }
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

function checkInput(input: string): void {
  if (Buffer.byteLength(input) > dataLimitBytes) {
    throw new AwsError(
      "ValidationException",
      `Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${dataLimitBytes}`,
    );
  }
  try {
    JSON.parse(input);
  } catch (cause) {
    throw fault(
      "InvalidExecutionInput",
      `Invalid State Machine Execution Input: '${(cause as Error).message}'`,
    );
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
function announce(platform: Platform, record: ExecutionRecord): void {
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

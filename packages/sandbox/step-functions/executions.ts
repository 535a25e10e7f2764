// All executions: starting (idempotent by name), describing, listing, stopping, and carrying on after a restart.
import { randomUUID } from "node:crypto";
import { AwsError, type Platform } from "../platform.ts";
import type { Archive } from "./archive.ts";
import { launch, type Running } from "./execution.ts";
import { announce, executionArn, newRecord, recordFrom } from "./execution-record.ts";
import { fault } from "./faults.ts";
import { readJournal } from "./journal.ts";
import type { Definition } from "./language/definition.ts";
import { dataLimitBytes, Ending } from "./language/errors.ts";
import type { ExecutionRecord, MachineRecord } from "./records.ts";
import { type Replay, replay } from "./replay.ts";
import type { Timers } from "./timers.ts";
import { createTokens, type TokenRegistry } from "./tokens.ts";

export type Executions = ReturnType<typeof createExecutions>;

export function createExecutions(platform: Platform, timers: Timers, archive: Archive) {
  const { records, interrupted } = readAll(archive);
  const running = new Map<string, Running>();
  const tokens: TokenRegistry = createTokens((arn) => records.has(arn));
  archive.whenForgotten((arn) => records.delete(arn));
  const definitionOf = definitionCache(archive);

  function begin(record: ExecutionRecord, replayed?: Replay): void {
    const parts = { platform, timers, tokens, record, journalPath: archive.journalPath(record.arn), onEnd };
    const definition = definitionOf(record.definitionSha256);
    running.set(record.arn, launch({ ...parts, definition, ...(replayed ? { replay: replayed } : {}) }));
  }

  function onEnd(record: ExecutionRecord): void {
    running.delete(record.arn);
    announce(platform, record);
    archive.end(record);
  }

  function find(arn: string): ExecutionRecord {
    const record = records.get(arn);
    if (!record) throw fault("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
    running.get(arn)?.flush();
    return record;
  }

  const ofMachine = (machineArn: string) =>
    [...records.values()].filter((record) => record.machineArn === machineArn);

  return {
    tokens,
    find,
    ofMachine,
    /** The same name and input while it runs answers the execution that runs. */
    start(machine: MachineRecord, givenName: string | undefined, input: string): ExecutionRecord {
      checkInput(input);
      const name = givenName ?? randomUUID();
      const arn = executionArn(machine.arn, name);
      const existing = records.get(arn);
      if (existing?.status === "RUNNING" && existing.input === input) return existing;
      if (existing || archive.isTaken(arn))
        throw fault("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
      const record = newRecord(machine, name, input, timers.now());
      records.set(arn, record);
      begin(record);
      announce(platform, record);
      return record;
    },
    async stop(arn: string, error: string | undefined, cause: string | undefined): Promise<ExecutionRecord> {
      const record = find(arn);
      await running.get(arn)?.stop(new Ending("ABORTED", error, cause));
      return record;
    },
    /** Resolves when the execution has ended. */
    done: async (arn: string): Promise<void> => running.get(arn)?.done,
    forgetMachine(machineArn: string): void {
      for (const record of ofMachine(machineArn)) {
        records.delete(record.arn);
        archive.forget(record);
      }
    },
    /** Goes on with what was under way when the last process died. */
    carryOn(): void {
      for (const { record, replayed } of interrupted.splice(0)) {
        if (record.status === "RUNNING") begin(record, replayed);
        else onEnd(record);
      }
    },
    async halt(): Promise<void> {
      await Promise.all([...running.values()].map((one) => one.halt()));
      running.clear();
    },
  };
}

type Interrupted = { record: ExecutionRecord; replayed: Replay };

/** Names must be known before the first request comes, so this is read at once. */
function readAll(archive: Archive): { records: Map<string, ExecutionRecord>; interrupted: Interrupted[] } {
  const { ended, journals } = archive.read();
  const records = new Map(ended.map((record) => [record.arn, record]));
  const interrupted: Interrupted[] = [];
  for (const path of journals) {
    const replayed = replay(readJournal(path));
    if (!replayed) continue;
    const record = recordFrom(replayed);
    records.set(record.arn, record);
    interrupted.push({ record, replayed });
  }
  return { records, interrupted };
}

function definitionCache(archive: Archive): (sha256: string) => Definition {
  const definitions = new Map<string, Definition>();
  return (sha256) => {
    const definition = definitions.get(sha256) ?? (JSON.parse(archive.definition(sha256)) as Definition);
    definitions.set(sha256, definition);
    return definition;
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

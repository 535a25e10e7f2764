// One execution from its start, or from where its journal left it, to its one end.
import type { Platform } from "../platform.ts";
import { type Journal, openJournal } from "./journal.ts";
import type { Definition } from "./language/definition.ts";
import { boundedJson, Ending, Halt, StateError } from "./language/errors.ts";
import type { ExecutionRecord } from "./records.ts";
import type { Replay } from "./replay.ts";
import { emit, executionData, type Frame, type Run } from "./run.ts";
import { runScope } from "./scope.ts";
import type { Timers } from "./timers.ts";
import type { TokenRegistry } from "./tokens.ts";

export type Running = {
  record: ExecutionRecord;
  /** Resolves when it has ended and its end is on disk, or when it was halted. */
  done: Promise<void>;
  /** Ends it; the states under way are told as aborted. */
  stop(ending: Ending): Promise<void>;
  /** Leaves it as it is, to be carried on by the next process. */
  halt(): Promise<void>;
  flush(): void;
};

export type LaunchParts = {
  platform: Platform;
  timers: Timers;
  tokens: TokenRegistry;
  journalPath: string;
  definition: Definition;
  record: ExecutionRecord;
  replay?: Replay;
  /** After the last line is on disk. */
  onEnd(record: ExecutionRecord): void;
};

export function launch(parts: LaunchParts): Running {
  const { record, definition, timers } = parts;
  const journal = openJournal(parts.journalPath);
  const run = runOf(parts, journal);
  const frame = rootFrame(run);
  if (!parts.replay) begin(run, frame, record);
  const cancelDeadline = limitTime(run, record, definition.TimeoutSeconds);
  const played = runScope(run, definition, frame, JSON.parse(record.input));
  const done = played
    .then((output) => succeed(output))
    .catch((error) => endingOf(run, error))
    .then((ending) => {
      cancelDeadline();
      if (ending instanceof Halt) return journal.close();
      finish(run, frame, record, ending);
      journal.close();
      record.stoppedAtMs = timers.now();
      record.transitions = run.transitions;
      parts.onEnd(record);
    });
  const abort = (reason: Ending | Halt) => {
    if (!run.controller.signal.aborted) run.controller.abort(reason);
    return done;
  };
  return {
    record,
    done,
    stop: abort,
    async halt() {
      journal.close();
      await abort(new Halt());
    },
    flush() {
      journal.flush();
      record.transitions = run.transitions;
    },
  };
}

function runOf(parts: LaunchParts, journal: Journal): Run {
  const { record, replay } = parts;
  return {
    platform: parts.platform,
    timers: parts.timers,
    tokens: parts.tokens,
    journal,
    executionArn: record.arn,
    roleArn: record.roleArn,
    context: {
      Execution: {
        Id: record.arn,
        Input: JSON.parse(record.input),
        Name: record.name,
        RoleArn: record.roleArn,
        StartTime: new Date(record.startedAtMs).toISOString(),
        RedriveCount: 0,
      },
      StateMachine: { Id: record.machineArn, Name: record.machineArn.split(":").at(-1) },
    },
    controller: new AbortController(),
    lastEventId: replay?.lastEventId ?? 0,
    transitions: replay?.transitions ?? 0,
    replayed: replay?.branches ?? new Map(),
  };
}

function rootFrame(run: Run): Frame {
  return {
    path: "",
    outer: {},
    own: {},
    variablesChanged: false,
    entries: 0,
    lastEventId: run.replayed.get("")?.lastEventId ?? 0,
    signal: run.controller.signal,
  };
}

function begin(run: Run, frame: Frame, record: ExecutionRecord): void {
  const { name, machineArn: stateMachineArn, definitionSha256, roleArn, input, startedAtMs } = record;
  run.journal.append({ kind: "start", name, stateMachineArn, definitionSha256, roleArn, input, startedAtMs });
  emit(run, frame, "ExecutionStarted", {
    executionStartedEventDetails: { ...executionData(input, "input"), roleArn },
  });
  run.journal.flush();
}

/** Counted from the start of the execution, also across a restart. */
function limitTime(run: Run, record: ExecutionRecord, timeoutSeconds: number | undefined): () => void {
  if (timeoutSeconds === undefined) return () => {};
  const leftMs = record.startedAtMs + timeoutSeconds * 1000 - run.timers.now();
  return run.timers.after(Math.max(0, leftMs), () => run.controller.abort(new Ending("TIMED_OUT")));
}

type Success = { status: "SUCCEEDED"; output: string };

const succeed = (output: unknown): Success => ({
  status: "SUCCEEDED",
  output: boundedJson(output, "output of the execution"),
});

function endingOf(run: Run, error: unknown): Ending | Halt {
  const { signal } = run.controller;
  if (signal.aborted) return signal.reason;
  if (error instanceof StateError) return new Ending("FAILED", error.error, error.message);
  return new Ending("FAILED", "States.Runtime", `Internal error: ${(error as Error).stack}`);
}

/** The terminal event goes past the history's limit if it must: there is always an end. */
function finish(run: Run, frame: Frame, record: ExecutionRecord, ending: Ending | Success): void {
  record.status = ending.status;
  const words = { SUCCEEDED: "Succeeded", FAILED: "Failed", TIMED_OUT: "TimedOut", ABORTED: "Aborted" };
  const word = words[ending.status];
  const details = "output" in ending ? executionData(ending.output, "output") : detailsOf(ending);
  if ("output" in ending) record.output = ending.output;
  else Object.assign(record, detailsOf(ending));
  const event = {
    id: ++run.lastEventId,
    previousEventId: frame.lastEventId,
    type: `Execution${word}`,
    timestamp: run.timers.now(),
    [`execution${word}EventDetails`]: details,
  };
  run.journal.append({ kind: "event", path: "", event });
  run.journal.flush();
}

const detailsOf = ({ error, reason }: Ending) => ({
  ...(error === undefined ? {} : { error }),
  ...(reason === undefined ? {} : { cause: reason }),
});

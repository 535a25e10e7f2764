// An execution under way, as its states see it, and the branch a state is played in. `emit` is the only way into
// history: it numbers the events and ends the execution at their limit.
import type { Platform } from "../platform.ts";
import type { HistoryEvent, Journal } from "./journal.ts";
import type { Variables } from "./language/definition.ts";
import { Ending } from "./language/errors.ts";
import type { BranchReplay, Position } from "./replay.ts";
import type { Timers } from "./timers.ts";
import type { TokenRegistry } from "./tokens.ts";

export type Run = {
  platform: Platform;
  timers: Timers;
  tokens: TokenRegistry;
  journal: Journal;
  executionArn: string;
  roleArn: string;
  /** `Execution` and `StateMachine` of `$states.context`. */
  context: Record<string, unknown>;
  /** Aborted with an Ending or a Halt. */
  controller: AbortController;
  lastEventId: number;
  transitions: number;
  /** Where the branches stood before the sandbox was started again; each is taken once. */
  replayed: Map<string, BranchReplay>;
};

export type Frame = {
  path: string;
  /** Of the branches around this one: to be read, not to be assigned. */
  outer: Variables;
  own: Variables;
  variablesChanged: boolean;
  /** How many states this branch has entered. */
  entries: number;
  lastEventId: number;
  /** `Map.Item` of `$states.context`. */
  item?: { Index: number; Value: unknown };
  signal: AbortSignal;
};

/** One stay in a state. */
export type Visit = {
  name: string;
  input: unknown;
  entry: number;
  enteredAtMs: number;
  retryCounts: number[];
  /** What the last process had begun; undefined once it has been taken up. */
  resumed: Position | undefined;
};

// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
export const eventLimit = 25_000;

export function emit(
  run: Run,
  frame: Frame,
  type: string,
  details: Record<string, unknown> = {},
  place: { entry?: number; variables?: Variables } = {},
): number {
  const { signal } = run.controller;
  if (run.lastEventId >= eventLimit - 1) {
    const reason = `The execution reached the maximum number of history events (${eventLimit}).`;
    if (!signal.aborted) run.controller.abort(new Ending("FAILED", "States.Runtime", reason));
    throw signal.reason;
  }
  const event: HistoryEvent = {
    id: ++run.lastEventId,
    previousEventId: frame.lastEventId,
    type,
    timestamp: run.timers.now(),
    ...details,
  };
  frame.lastEventId = event.id;
  run.journal.append({ kind: "event", path: frame.path, event, ...place });
  return event.id;
}

/** What expressions of a state can read. */
export function bindingsOf(
  run: Run,
  frame: Frame,
  visit: Visit,
  more: Record<string, unknown> = {},
): Variables {
  return {
    ...frame.outer,
    ...frame.own,
    states: { input: visit.input, context: contextOf(run, frame, visit), ...more },
  };
}

export function contextOf(run: Run, frame: Frame, visit: Visit): Record<string, unknown> {
  return {
    ...run.context,
    State: {
      Name: visit.name,
      EnteredTime: new Date(visit.enteredAtMs).toISOString(),
      RetryCount: retryCount(visit),
    },
    ...(frame.item ? { Map: { Item: frame.item } } : {}),
    ...(visit.resumed?.token ? { Task: { Token: visit.resumed.token.token } } : {}),
  };
}

export const retryCount = (visit: Visit) => visit.retryCounts.reduce((sum, count) => sum + count, 0);

export const executionData = (json: string, field: "input" | "output") => ({
  [field]: json,
  [`${field}Details`]: { truncated: false },
});

// Where an execution stood when its process died, read from its journal. Pure.
import type { Line, TokenAnswer } from "./journal.ts";

/** A branch under way in a state. */
export type Position = {
  state: string;
  input: unknown;
  entry: number;
  enteredAtMs: number;
  retryCounts?: number[];
  /** End of the Wait, or of the pause before the next attempt. */
  untilMs?: number;
  items?: unknown[];
  token?: { token: string; deadlineAtMs?: number; submitted: boolean; answer?: TokenAnswer };
};

export type BranchReplay = {
  lastEventId: number;
  variables: Record<string, unknown>;
  position?: Position;
  ending?: { output?: unknown; failed: boolean };
};

export type Replay = {
  start: Extract<Line, { kind: "start" }>;
  branches: Map<string, BranchReplay>;
  lastEventId: number;
  transitions: number;
  /** The event that ended it. */
  terminal?: Extract<Line, { kind: "event" }>["event"];
};

const terminalTypes = new Set([
  "ExecutionSucceeded",
  "ExecutionFailed",
  "ExecutionTimedOut",
  "ExecutionAborted",
]);

/** Undefined where not even the start was written. */
export function replay(lines: Line[]): Replay | undefined {
  const [start, ...rest] = lines;
  if (start?.kind !== "start") return undefined;
  const state: Replay = { start, branches: new Map(), lastEventId: 0, transitions: 0 };
  for (const line of rest) if (line.kind !== "start") apply(state, line);
  return state;
}

function apply(state: Replay, line: Exclude<Line, { kind: "start" }>): void {
  const branch = branchOf(state, line.path);
  const { position } = branch;
  if (line.kind === "event") applyEvent(state, branch, line);
  if (line.kind === "branch") branch.ending = { output: line.output, failed: line.failed === true };
  if (!position) return;
  if (line.kind === "wait") position.untilMs = line.untilMs;
  if (line.kind === "items") position.items = line.items;
  if (line.kind === "token") {
    const { token, deadlineAtMs, submitted } = line;
    position.token = { token, submitted, ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }) };
  }
  if (line.kind === "answer" && position.token?.token === line.token) position.token.answer = line.answer;
  if (line.kind === "retry") {
    state.transitions++;
    branch.position = { ...withoutAttempt(position), retryCounts: line.counts, untilMs: line.untilMs };
  }
}

function withoutAttempt(position: Position): Position {
  const { state, input, entry, enteredAtMs } = position;
  return { state, input, entry, enteredAtMs };
}

function applyEvent(state: Replay, branch: BranchReplay, line: Extract<Line, { kind: "event" }>): void {
  const { event } = line;
  state.lastEventId = Math.max(state.lastEventId, event.id);
  branch.lastEventId = event.id;
  if (line.variables) branch.variables = line.variables;
  if (terminalTypes.has(event.type)) state.terminal = event;
  const entered = event.stateEnteredEventDetails as { name: string; input: string } | undefined;
  if (!entered || line.entry === undefined) return;
  state.transitions++;
  branch.position = {
    state: entered.name,
    input: JSON.parse(entered.input),
    entry: line.entry,
    enteredAtMs: event.timestamp,
  };
}

function branchOf(state: Replay, path: string): BranchReplay {
  const found = state.branches.get(path);
  if (found) return found;
  const branch: BranchReplay = { lastEventId: 0, variables: {} };
  state.branches.set(path, branch);
  return branch;
}

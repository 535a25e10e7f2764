// Plays the states of one scope (the machine, a branch, an iteration) one after the other: enter, play, try again or
// catch, leave. A scope that the last process had begun goes on in the state it was in.
import type { Catcher, Scope, State, Template, Variables } from "./language/definition.ts";
import { boundedJson, matches, StateError } from "./language/errors.ts";
import { evaluate } from "./language/expressions.ts";
import { nextAttempt } from "./language/retry.ts";
import { bindingsOf, emit, executionData, type Frame, type Run, type Visit } from "./run.ts";
import { playChoice, playFail, playWait } from "./states/flow.ts";
import { playMap } from "./states/map.ts";
import { playParallel } from "./states/parallel.ts";
import { playTask } from "./states/task.ts";
import { pause } from "./timers.ts";

/** What playing a state gives before Assign and Output are applied. */
export type Played = {
  /** Only Task, Parallel and Map have one. */
  result?: { value: unknown };
  next: string | undefined;
  assign: Template;
  output: Template;
};

/** The output of the scope's last state. Rejects with a StateError, or with the reason of the frame's signal. */
export async function runScope(run: Run, scope: Scope, frame: Frame, input: unknown): Promise<unknown> {
  let visit = takeUp(run, frame) ?? enter(run, frame, scope, scope.StartAt, input);
  for (;;) {
    const state = scope.States[visit.name] as State;
    const { output, next } = await stay(run, frame, state, visit);
    if (next === undefined) return output;
    visit = enter(run, frame, scope, next, output);
  }
}

function takeUp(run: Run, frame: Frame): Visit | undefined {
  const replayed = run.replayed.get(frame.path);
  run.replayed.delete(frame.path);
  if (!replayed?.position) return undefined;
  const { position } = replayed;
  frame.own = replayed.variables;
  frame.lastEventId = replayed.lastEventId;
  frame.entries = position.entry + 1;
  return {
    name: position.state,
    input: position.input,
    entry: position.entry,
    enteredAtMs: position.enteredAtMs,
    retryCounts: position.retryCounts ?? [],
    resumed: position,
  };
}

function enter(run: Run, frame: Frame, scope: Scope, name: string, input: unknown): Visit {
  frame.signal.throwIfAborted();
  const entry = frame.entries++;
  const type = `${scope.States[name]?.Type}StateEntered`;
  const details = { stateEnteredEventDetails: { name, ...executionData(JSON.stringify(input), "input") } };
  emit(run, frame, type, details, { entry, ...(frame.variablesChanged ? { variables: frame.own } : {}) });
  frame.variablesChanged = false;
  run.transitions++;
  return { name, input, entry, enteredAtMs: run.timers.now(), retryCounts: [], resumed: undefined };
}

type Left = { output: unknown; next: string | undefined };

async function stay(run: Run, frame: Frame, state: State, visit: Visit): Promise<Left> {
  for (;;) {
    try {
      await finishPause(run, frame, state, visit);
      const played = await play(run, frame, state, visit);
      return await leave(run, frame, state, visit, played);
    } catch (error) {
      if (frame.signal.aborted) throw abandon(run, frame, state);
      const failure = asStateError(error);
      reportEvaluation(run, frame, visit, failure);
      if (await retried(run, frame, state, visit, failure)) continue;
      const catcher = state.Catch?.find((one) => matches(one.ErrorEquals, failure.error));
      if (!catcher) throw failure;
      return await leaveCaught(run, frame, state, visit, catcher, failure);
    }
  }
}

function play(run: Run, frame: Frame, state: State, visit: Visit): Played | Promise<Played> {
  const plain: Played = { next: state.Next, assign: state.Assign, output: state.Output };
  switch (state.Type) {
    case "Pass":
    case "Succeed":
      return plain;
    case "Fail":
      return playFail(run, frame, state, visit);
    case "Choice":
      return playChoice(run, frame, state, visit);
    case "Wait":
      return playWait(run, frame, state, visit, plain);
    case "Task":
      return playTask(run, frame, state, visit).then((value) => ({ ...plain, result: { value } }));
    case "Parallel":
      return playParallel(run, frame, state, visit).then((value) => ({ ...plain, result: { value } }));
    case "Map":
      return playMap(run, frame, state, visit).then((value) => ({ ...plain, result: { value } }));
  }
}

/** Assign and Output both read what was there before either was applied. */
async function leave(run: Run, frame: Frame, state: State, visit: Visit, played: Played): Promise<Left> {
  const { result, next } = played;
  const bindings = bindingsOf(run, frame, visit, result ? { result: result.value } : {});
  const fallback = result ? result.value : visit.input;
  return exit(run, frame, state, visit, bindings, { ...played, fallback, next });
}

function leaveCaught(
  run: Run,
  frame: Frame,
  state: State,
  visit: Visit,
  catcher: Catcher,
  failure: StateError,
) {
  const errorOutput = { Error: failure.error, Cause: failure.message };
  const bindings = bindingsOf(run, frame, visit, { errorOutput });
  const { Assign: assign, Output: output, Next: next } = catcher;
  return exit(run, frame, state, visit, bindings, { assign, output, fallback: errorOutput, next });
}

type Exit = { assign: Template; output: Template; fallback: unknown; next: string | undefined };

async function exit(
  run: Run,
  frame: Frame,
  state: State,
  visit: Visit,
  bindings: Variables,
  how: Exit,
): Promise<Left> {
  const assigned =
    how.assign === undefined ? {} : ((await evaluate(how.assign, bindings, "Assign")) as Variables);
  const output = how.output === undefined ? how.fallback : await evaluate(how.output, bindings, "Output");
  const json = boundedJson(output, `output of the state '${visit.name}'`);
  const names = Object.keys(assigned);
  if (names.length > 0) {
    boundedJson(assigned, `assignment of variables in the state '${visit.name}'`);
    frame.own = { ...frame.own, ...assigned };
    frame.variablesChanged = true;
  }
  const variables = Object.fromEntries(names.map((name) => [name, JSON.stringify(assigned[name])]));
  emit(run, frame, `${state.Type}StateExited`, {
    stateExitedEventDetails: {
      name: visit.name,
      ...executionData(json, "output"),
      ...(names.length > 0
        ? { assignedVariables: variables, assignedVariablesDetails: { truncated: false } }
        : {}),
    },
  });
  return { output, next: how.next };
}

/** False where no retrier takes the error. The pause is on disk, so a restart waits for its rest only. */
async function retried(
  run: Run,
  frame: Frame,
  state: State,
  visit: Visit,
  failure: StateError,
): Promise<boolean> {
  const attempt = nextAttempt(
    state.Retry ?? [],
    visit.retryCounts,
    failure.error,
    run.timers.random ?? Math.random,
  );
  if (!attempt) return false;
  const counts = (state.Retry ?? []).map(
    (_, at) => (visit.retryCounts[at] ?? 0) + (at === attempt.index ? 1 : 0),
  );
  visit.retryCounts = counts;
  visit.resumed = undefined;
  run.transitions++;
  const delayMs = (attempt.delaySeconds * 1000) / run.platform.timeScale;
  run.journal.append({ kind: "retry", path: frame.path, counts, untilMs: run.timers.now() + delayMs });
  try {
    await pause(run.timers, delayMs, frame.signal);
  } catch {
    throw abandon(run, frame, state);
  }
  return true;
}

async function finishPause(run: Run, frame: Frame, state: State, visit: Visit): Promise<void> {
  const untilMs = visit.resumed?.untilMs;
  if (untilMs === undefined || state.Type === "Wait") return;
  await pause(run.timers, Math.max(0, untilMs - run.timers.now()), frame.signal);
  visit.resumed = undefined;
}

/** The state that was under way when the execution or the branch around it ended. */
function abandon(run: Run, frame: Frame, state: State): unknown {
  const { reason } = frame.signal;
  try {
    if (["Task", "Wait", "Parallel", "Map"].includes(state.Type))
      emit(run, frame, `${state.Type}StateAborted`);
  } catch {
    // The history is full: the execution ends without this event.
  }
  return reason;
}

/** A fault of the sandbox itself ends the execution as AWS ends it on one of its own: nothing catches it. */
const asStateError = (error: unknown) =>
  error instanceof StateError
    ? error
    : new StateError("States.Runtime", `Internal error: ${(error as Error).stack}`);

function reportEvaluation(run: Run, frame: Frame, visit: Visit, failure: StateError): void {
  if (failure.error !== "States.QueryEvaluationError" || failure.location === undefined) return;
  const { error, message: cause, location } = failure;
  emit(run, frame, "EvaluationFailed", {
    evaluationFailedEventDetails: { error, cause, location, state: visit.name },
  });
}

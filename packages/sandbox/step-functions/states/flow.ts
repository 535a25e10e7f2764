// The states that only decide, wait or fail.
import type { State } from "../language/definition.ts";
import { StateError } from "../language/errors.ts";
import { evaluate, evaluateNumber, evaluateString } from "../language/expressions.ts";
import { bindingsOf, type Frame, type Run, type Visit } from "../run.ts";
import type { Played } from "../scope.ts";
import { pause } from "../timers.ts";

/** The first rule that is true; its own Assign and Output apply, the state's only with Default. */
export async function playChoice(run: Run, frame: Frame, state: State, visit: Visit): Promise<Played> {
  const bindings = bindingsOf(run, frame, visit);
  for (const [at, rule] of (state.Choices ?? []).entries()) {
    const field = `Choices[${at}]/Condition`;
    const truth = await evaluate(rule.Condition, bindings, field);
    if (typeof truth !== "boolean") {
      throw new StateError(
        "States.QueryEvaluationError",
        `The field '${field}' must be a boolean, got ${JSON.stringify(truth)}`,
        field,
      );
    }
    if (truth) return { next: rule.Next, assign: rule.Assign, output: rule.Output };
  }
  if (state.Default === undefined) {
    throw new StateError("States.NoChoiceMatched", "There was no match for any choice rule, and no Default.");
  }
  return { next: state.Default, assign: state.Assign, output: state.Output };
}

export async function playFail(run: Run, frame: Frame, state: State, visit: Visit): Promise<Played> {
  const bindings = bindingsOf(run, frame, visit);
  const error = state.Error === undefined ? "" : await evaluateString(state.Error, bindings, "Error");
  const cause = state.Cause === undefined ? "" : await evaluateString(state.Cause, bindings, "Cause");
  throw new StateError(error, cause);
}

/** The end of the wait is on disk. */
export async function playWait(
  run: Run,
  frame: Frame,
  state: State,
  visit: Visit,
  played: Played,
): Promise<Played> {
  const known = visit.resumed?.untilMs;
  const untilMs =
    known ?? run.timers.now() + (await lengthMs(run, frame, state, visit)) / run.platform.timeScale;
  if (known === undefined) run.journal.append({ kind: "wait", path: frame.path, untilMs });
  await pause(run.timers, Math.max(0, untilMs - run.timers.now()), frame.signal);
  return played;
}

async function lengthMs(run: Run, frame: Frame, state: State, visit: Visit): Promise<number> {
  const bindings = bindingsOf(run, frame, visit);
  if (state.Timestamp === undefined)
    return (await evaluateNumber(state.Seconds, bindings, "Seconds", 0)) * 1000;
  const text = await evaluateString(state.Timestamp, bindings, "Timestamp");
  const at = Date.parse(text);
  if (Number.isNaN(at)) {
    throw new StateError(
      "States.QueryEvaluationError",
      `The field 'Timestamp' is not a timestamp: ${text}`,
      "Timestamp",
    );
  }
  return Math.max(0, at - run.timers.now());
}

// The rules inside one state: retriers, catchers, choices, waits, variable names.
import { isExpression, type State } from "./definition.ts";

type Rule = { ErrorEquals?: unknown };

export function checkRules(state: State, at: string, problems: string[]): void {
  const wrong = (message: string, field: string) =>
    problems.push(`SCHEMA_VALIDATION_FAILED: ${message} at ${at}/${field}`);
  checkErrorEquals(state.Retry, "Retry", wrong);
  checkErrorEquals(state.Catch, "Catch", wrong);
  for (const [index, retrier] of (state.Retry ?? []).entries()) {
    const field = `Retry[${index}]`;
    atLeast(retrier.IntervalSeconds, 1, true, `${field}/IntervalSeconds`, wrong);
    atLeast(retrier.MaxAttempts, 0, true, `${field}/MaxAttempts`, wrong);
    atLeast(retrier.MaxDelaySeconds, 1, true, `${field}/MaxDelaySeconds`, wrong);
    atLeast(retrier.BackoffRate, 1, false, `${field}/BackoffRate`, wrong);
  }
  for (const [index, catcher] of (state.Catch ?? []).entries()) {
    if (catcher.Next === undefined) wrong("These fields are required: [Next]", `Catch[${index}]`);
  }
  checkChoices(state, wrong);
  if (state.Type === "Wait" && (state.Seconds === undefined) === (state.Timestamp === undefined)) {
    wrong("Exactly one of Seconds and Timestamp must be set", "Seconds");
  }
  if (state.Type === "Wait" && !isExpression(state.Seconds))
    atLeast(state.Seconds, 0, true, "Seconds", wrong);
  for (const field of ["TimeoutSeconds", "HeartbeatSeconds"] as const) {
    if (!isExpression(state[field])) atLeast(state[field], 1, true, field, wrong);
  }
  checkHeartbeat(state, wrong);
  checkVariableNames(state, wrong);
}

type Wrong = (message: string, field: string) => void;

function checkErrorEquals(rules: Rule[] | undefined, field: string, wrong: Wrong): void {
  for (const [index, rule] of (rules ?? []).entries()) {
    const names = rule.ErrorEquals;
    const place = `${field}[${index}]/ErrorEquals`;
    if (!Array.isArray(names) || names.length === 0) {
      wrong("ErrorEquals must be a list of at least one name", place);
      continue;
    }
    if (!names.includes("States.ALL")) continue;
    if (names.length > 1) wrong("States.ALL must appear alone", place);
    if (index < (rules?.length ?? 0) - 1) wrong("States.ALL must be the last one", place);
  }
}

function checkChoices(state: State, wrong: Wrong): void {
  if (state.Type !== "Choice") return;
  if (!Array.isArray(state.Choices) || state.Choices.length === 0) {
    wrong("Choices must not be empty", "Choices");
    return;
  }
  for (const [index, rule] of state.Choices.entries()) {
    const field = `Choices[${index}]`;
    if (rule.Next === undefined) wrong("These fields are required: [Next]", field);
    if (!isExpression(rule.Condition) && typeof rule.Condition !== "boolean")
      wrong("Condition must be a JSONata expression", `${field}/Condition`);
  }
}

function checkHeartbeat(state: State, wrong: Wrong): void {
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (typeof timeout === "number" && typeof heartbeat === "number" && heartbeat >= timeout) {
    wrong("HeartbeatSeconds must be smaller than TimeoutSeconds", "HeartbeatSeconds");
  }
}

function checkVariableNames(state: State, wrong: Wrong): void {
  if (state.Assign === undefined) return;
  if (state.Assign === null || typeof state.Assign !== "object") {
    wrong("Assign must be an object", "Assign");
    return;
  }
  for (const name of Object.keys(state.Assign)) {
    const isName = /^[\p{ID_Start}][\p{ID_Continue}]*$/u.test(name) && name.length <= 80;
    if (!isName || name === "states") wrong(`"${name}" is not a name for a variable`, "Assign");
  }
}

function atLeast(value: unknown, least: number, whole: boolean, field: string, wrong: Wrong): void {
  if (value === undefined) return;
  const ok = typeof value === "number" && value >= least && (!whole || Number.isInteger(value));
  if (!ok) wrong(`Field has to be ${whole ? "an integer" : "a number"} of at least ${least}`, field);
}

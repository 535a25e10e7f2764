// Proves of a definition what asl-validator does not look at. Answers problems as sentences; none means it holds.
import { ERRORS, type ErrorCode, errorName } from "#core/errors.ts";
import type { Definition, Retrier, Scope, State, TaskState } from "./asl.ts";

export type Budget = {
  /** How often a state is entered at most in one execution. */
  visits(state: string): number;
  /** Of a state whose time-out is an expression. */
  longestSeconds(state: string): number;
};

type Place = { name: string; state: State; scope: Scope; inMap: boolean };

export function problemsOf(definition: Definition, budget: Budget): string[] {
  const places = placesOf(definition, false);
  return [
    ...duplicates(places),
    ...scopesOf(definition).flatMap(reachability),
    ...places.flatMap(({ name, state, inMap }) =>
      state.Type === "Task" ? taskProblems(name, state, inMap) : [],
    ),
    ...undefinedAt(definition, "definition"),
    ...unknownErrors(places),
    ...timeProblems(definition, places, budget),
  ];
}

function placesOf(scope: Scope, inMap: boolean): Place[] {
  return Object.entries(scope.States).flatMap(([name, state]) => [
    { name, state, scope, inMap },
    ...(state.Type === "Map" ? placesOf(state.ItemProcessor, true) : []),
  ]);
}

function scopesOf(scope: Scope): Scope[] {
  const inner = Object.values(scope.States).flatMap((state) =>
    state.Type === "Map" ? [state.ItemProcessor] : [],
  );
  return [scope, ...inner.flatMap(scopesOf)];
}

function duplicates(places: Place[]): string[] {
  const names = places.map((place) => place.name);
  return names.filter((name, i) => names.indexOf(name) !== i).map((name) => `two states are called ${name}`);
}

function targetsOf(state: State): string[] {
  if (state.Type === "Choice") return [...state.Choices.map((choice) => choice.Next), state.Default];
  if (state.Type === "Succeed" || state.Type === "Fail") return [];
  return [...(state.Next ? [state.Next] : []), ...(state.Catch ?? []).map((one) => one.Next)];
}

function isEnd(state: State): boolean {
  return state.Type === "Succeed" || state.Type === "Fail" || (state.Type === "Task" && state.End === true);
}

/** Every state is reached from the first, and from every state an end is reached. */
function reachability(scope: Scope): string[] {
  const names = Object.keys(scope.States);
  const missing = names.flatMap((name) =>
    targetsOf(scope.States[name]!)
      .filter((target) => !scope.States[target])
      .map((target) => `${name} goes to ${target}, which does not exist`),
  );
  if (missing.length > 0) return missing;
  const reached = closure([scope.StartAt], (name) => targetsOf(scope.States[name]!));
  const comesFrom = (target: string) =>
    names.filter((name) => targetsOf(scope.States[name]!).includes(target));
  const ending = closure(
    names.filter((name) => isEnd(scope.States[name]!)),
    comesFrom,
  );
  return [
    ...names.filter((name) => !reached.has(name)).map((name) => `${name} is never reached`),
    ...names.filter((name) => !ending.has(name)).map((name) => `${name} leads to no end`),
  ];
}

function closure(from: string[], next: (name: string) => string[]): Set<string> {
  const seen = new Set(from);
  for (const name of seen) for (const one of next(name)) seen.add(one);
  return seen;
}

function taskProblems(name: string, task: TaskState, inMap: boolean): string[] {
  const catchesAll = task.Catch?.some((one) => one.ErrorEquals.includes("States.ALL")) ?? false;
  return [
    ...(task.TimeoutSeconds ? [] : [`${name} has no time-out`]),
    ...(task.Retry.length > 0 ? [] : [`${name} is never tried again`]),
    ...task.Retry.filter((one) => !(one.MaxAttempts > 0)).map(() => `${name} has a retry without a bound`),
    // An iteration's failure is caught by its Map, which must have a Catch by its type.
    ...(catchesAll || inMap ? [] : [`${name} does not catch everything`]),
  ];
}

function undefinedAt(value: unknown, path: string): string[] {
  if (value === undefined) return [`${path} is undefined`];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, one]) => undefinedAt(one, `${path}.${key}`));
}

function errorsOf(state: State): string[] {
  if (state.Type !== "Task" && state.Type !== "Map") return [];
  const retried = state.Type === "Task" ? state.Retry.flatMap((one) => one.ErrorEquals) : [];
  return [...retried, ...(state.Catch ?? []).flatMap((one) => one.ErrorEquals)];
}

function unknownErrors(places: Place[]): string[] {
  const known = new Set((Object.keys(ERRORS) as ErrorCode[]).map(errorName));
  const named = new Set(places.flatMap((place) => errorsOf(place.state)));
  return [...named]
    .filter((name) => name.startsWith("Tutti.") && !known.has(name))
    .map((name) => `${name} is not in the error table`);
}

/** The worst case: every state entered as often as it can be, every attempt running into its time-out. */
function timeProblems(definition: Definition, places: Place[], budget: Budget): string[] {
  const worst = places.reduce((sum, place) => sum + budget.visits(place.name) * worstOf(place, budget), 0);
  if (worst <= definition.TimeoutSeconds) return [];
  return [`the worst case takes ${Math.round(worst)} s, the machine has ${definition.TimeoutSeconds} s`];
}

function worstOf({ name, state }: Place, budget: Budget): number {
  if (state.Type !== "Task") return 0;
  const once = typeof state.TimeoutSeconds === "number" ? state.TimeoutSeconds : budget.longestSeconds(name);
  const attempts = 1 + state.Retry.reduce((sum, one) => sum + one.MaxAttempts, 0);
  // A state that waits is waited out once; its other attempts fail before they wait.
  const waits = typeof state.TimeoutSeconds === "string";
  return (waits ? once : once * attempts) + state.Retry.reduce((sum, one) => sum + pauses(one), 0);
}

function pauses(retrier: Retrier): number {
  let sum = 0;
  for (let attempt = 0; attempt < retrier.MaxAttempts; attempt++) {
    const grown = retrier.IntervalSeconds * retrier.BackoffRate ** attempt;
    sum += Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  }
  return sum;
}

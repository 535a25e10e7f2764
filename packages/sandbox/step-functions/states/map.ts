// An inline Map: the processor once for each item. The items are on disk, so that a restart plays the same ones.
// Failures are tolerated up to a count or a share; a tolerated one leaves null in the result.
import type { Scope, State } from "../language/definition.ts";
import { StateError } from "../language/errors.ts";
import { evaluate, evaluateNumber } from "../language/expressions.ts";
import { bindingsOf, contextOf, emit, type Frame, type Run, type Visit } from "../run.ts";
import { type Branch, playBranches } from "./branches.ts";

// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
const inlineConcurrency = 40;

export async function playMap(run: Run, frame: Frame, state: State, visit: Visit): Promise<unknown> {
  const bindings = bindingsOf(run, frame, visit);
  const items = visit.resumed?.items ?? (await itemsOf(state, visit, bindings));
  const concurrency =
    (await numberOr(state.MaxConcurrency, bindings, "MaxConcurrency", 0)) || inlineConcurrency;
  const limit = await toleranceOf(state, bindings, items.length);
  if (!visit.resumed?.items) {
    emit(run, frame, "MapStateStarted", { mapStateStartedEventDetails: { length: items.length } });
    run.journal.append({ kind: "items", path: frame.path, items });
  }
  visit.resumed = undefined;
  let failed = 0;
  const tolerate = () => limit !== undefined && ++failed <= limit;
  try {
    const branches = items.map((value, index) =>
      iteration(run, frame, state, visit, { Index: index, Value: value }),
    );
    const options = { concurrency: Math.min(concurrency, inlineConcurrency), tolerate };
    const outputs = await playBranches(run, frame, visit, branches, options);
    emit(run, frame, "MapStateSucceeded");
    return outputs;
  } catch (error) {
    if (!frame.signal.aborted) emit(run, frame, "MapStateFailed");
    if (frame.signal.aborted || limit === undefined || !(error instanceof StateError)) throw error;
    throw new StateError(
      "States.ExceedToleratedFailureThreshold",
      "The specified tolerated failure threshold was exceeded",
    );
  }
}

async function itemsOf(state: State, visit: Visit, bindings: Record<string, unknown>): Promise<unknown[]> {
  const items = state.Items === undefined ? visit.input : await evaluate(state.Items, bindings, "Items");
  if (Array.isArray(items)) return items;
  throw new StateError(
    "States.QueryEvaluationError",
    `The field 'Items' must be an array, got ${JSON.stringify(items)?.slice(0, 100)}`,
    "Items",
  );
}

/** How many iterations may fail; undefined where the first failure is the state's own. */
async function toleranceOf(
  state: State,
  bindings: Record<string, unknown>,
  length: number,
): Promise<number | undefined> {
  const { ToleratedFailureCount: count, ToleratedFailurePercentage: percentage } = state;
  if (count === undefined && percentage === undefined) return undefined;
  const most = await numberOr(count, bindings, "ToleratedFailureCount", length);
  const share = await numberOr(percentage, bindings, "ToleratedFailurePercentage", 100);
  return Math.min(most, Math.floor((length * share) / 100));
}

const numberOr = async (
  template: unknown,
  bindings: Record<string, unknown>,
  field: string,
  fallback: number,
) => (template === undefined ? fallback : evaluateNumber(template, bindings, field, 0));

function iteration(
  run: Run,
  frame: Frame,
  state: State,
  visit: Visit,
  item: { Index: number; Value: unknown },
): Branch {
  const details = { name: visit.name, index: item.Index };
  return {
    scope: state.ItemProcessor as Scope,
    item,
    async input(child) {
      if (state.ItemSelector === undefined) return item.Value;
      const context = { ...contextOf(run, frame, visit), Map: { Item: child.item } };
      return evaluate(state.ItemSelector, bindingsOf(run, frame, visit, { context }), "ItemSelector");
    },
    onBegin: (child) => emit(run, child, "MapIterationStarted", { mapIterationStartedEventDetails: details }),
    onEnd: (child, how) =>
      emit(run, child, `MapIteration${how}`, { [`mapIteration${how}EventDetails`]: details }),
  };
}

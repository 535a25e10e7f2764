// A Parallel: all branches at once, the result is the list of their outputs.
import type { State } from "../language/definition.ts";
import { boundedJson } from "../language/errors.ts";
import { evaluate } from "../language/expressions.ts";
import { bindingsOf, emit, type Frame, type Run, type Visit } from "../run.ts";
import { playBranches } from "./branches.ts";

export async function playParallel(run: Run, frame: Frame, state: State, visit: Visit): Promise<unknown> {
  const bindings = bindingsOf(run, frame, visit);
  const input =
    state.Arguments === undefined ? visit.input : await evaluate(state.Arguments, bindings, "Arguments");
  boundedJson(input, `input of the branches of '${visit.name}'`);
  const branches = (state.Branches ?? []).map((scope) => ({
    scope,
    input: async () => structuredClone(input),
  }));
  if (!visit.resumed) emit(run, frame, "ParallelStateStarted");
  visit.resumed = undefined;
  try {
    const options = { concurrency: branches.length, tolerate: () => false };
    const outputs = await playBranches(run, frame, visit, branches, options);
    emit(run, frame, "ParallelStateSucceeded");
    return outputs;
  } catch (error) {
    if (!frame.signal.aborted) emit(run, frame, "ParallelStateFailed");
    throw error;
  }
}

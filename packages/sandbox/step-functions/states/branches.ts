// Branches of a Parallel or Map, played at once or a few at a time. The first failure that is not tolerated ends the
// others, and is told only after they have ended.
import type { Scope } from "../language/definition.ts";
import { StateError } from "../language/errors.ts";
import type { Frame, Run, Visit } from "../run.ts";
import { retryCount } from "../run.ts";
import { runScope } from "../scope.ts";

export type Branch = {
  scope: Scope;
  /** Called when the branch begins, which a Map may do late. */
  input(frame: Frame): Promise<unknown>;
  item?: NonNullable<Frame["item"]>;
  onBegin?(frame: Frame): void;
  onEnd?(frame: Frame, how: "Succeeded" | "Failed" | "Aborted"): void;
};

export type BranchOptions = {
  concurrency: number;
  /** Whether the failure is only counted; called once for each branch that failed. */
  tolerate(failure: StateError): boolean;
};

/** One output per branch, in order; null for a failed one that was tolerated. */
export async function playBranches(
  run: Run,
  frame: Frame,
  visit: Visit,
  branches: Branch[],
  options: BranchOptions,
): Promise<unknown[]> {
  const controller = new AbortController();
  const signal = AbortSignal.any([frame.signal, controller.signal]);
  const outputs = new Array<unknown>(branches.length).fill(null);
  const startedBy = frame.lastEventId;
  let next = 0;
  let failure: unknown;

  async function playOne(index: number): Promise<void> {
    const branch = branches[index] as Branch;
    const path = `${frame.path}/${visit.entry}.${retryCount(visit)}.${index}`;
    const child = childOf(frame, path, branch, signal, startedBy);
    try {
      const before = endedBefore(run, path, options);
      outputs[index] = before ? before.output : await playBranch(run, child, branch);
    } catch (error) {
      const how = signal.aborted ? "Aborted" : "Failed";
      quietly(() => branch.onEnd?.(child, how));
      if (how === "Failed" && error instanceof StateError && options.tolerate(error)) {
        run.journal.append({ kind: "branch", path, failed: true });
      } else {
        failure ??= error;
        controller.abort(error);
      }
    }
    frame.lastEventId = Math.max(frame.lastEventId, child.lastEventId);
  }

  async function worker(): Promise<void> {
    while (next < branches.length && !signal.aborted) await playOne(next++);
  }

  await Promise.all(Array.from({ length: Math.min(options.concurrency, branches.length) }, worker));
  frame.signal.throwIfAborted();
  if (failure !== undefined) throw failure;
  return outputs;
}

async function playBranch(run: Run, child: Frame, branch: Branch): Promise<unknown> {
  const isResumed = run.replayed.get(child.path)?.position !== undefined;
  if (!isResumed) branch.onBegin?.(child);
  const output = await runScope(run, branch.scope, child, isResumed ? undefined : await branch.input(child));
  branch.onEnd?.(child, "Succeeded");
  run.journal.append({ kind: "branch", path: child.path, output });
  return output;
}

/** What a branch gave before a restart; a tolerated failure counts again. Undefined where it has not ended. */
function endedBefore(run: Run, path: string, options: BranchOptions): { output: unknown } | undefined {
  const ending = run.replayed.get(path)?.ending;
  if (!ending) return undefined;
  run.replayed.delete(path);
  if (!ending.failed) return { output: ending.output };
  options.tolerate(new StateError("States.TaskFailed", "failed before the restart"));
  return { output: null };
}

function childOf(frame: Frame, path: string, branch: Branch, signal: AbortSignal, startedBy: number): Frame {
  const item = branch.item ?? frame.item;
  return {
    path,
    outer: { ...frame.outer, ...frame.own },
    own: {},
    variablesChanged: false,
    entries: 0,
    lastEventId: startedBy,
    signal,
    ...(item ? { item } : {}),
  };
}

/** A full history takes no more events; the execution is ending anyway. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // Told by the execution's own end.
  }
}

// What a pass does in one call it does under the target's lock, taken only where nobody has it.
import type { Target } from "#core/domain/target.ts";
import { TuttiError } from "#core/errors.ts";
import type { TargetName } from "#store/targets.ts";
import type { ControlDeps } from "../deps.ts";
import { type AssertOwn, tooLate } from "./lend.ts";
import { letGo } from "./let-go.ts";

/** `null`, and nothing done, where somebody else has the target. */
export async function underLock<T>(
  deps: ControlDeps,
  { app, environment, kind }: Pick<Target, "app" | "environment" | "kind">,
  runId: string,
  work: (assertOwn: AssertOwn) => Promise<T>,
): Promise<T | null> {
  const name = { app, environment };
  try {
    await deps.store.targets.acquire({ ...name, kind, owner: runId, onConflict: "reject" });
  } catch (error) {
    if (error instanceof TuttiError && error.code === "target_busy") return null;
    throw error;
  }
  try {
    return await work(() => assertHeld(deps, name, runId));
  } finally {
    await letGo(deps, name, runId);
  }
}

/** The sweep may have given the lock back meanwhile. */
async function assertHeld({ store }: ControlDeps, name: TargetName, runId: string): Promise<void> {
  if ((await store.targets.need(name)).lock?.owner !== runId) throw tooLate(runId);
}

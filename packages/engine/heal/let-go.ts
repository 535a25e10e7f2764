// A healing run gives its target's lock back, to the first in the queue where somebody waits.
import type { TargetName } from "#store/targets.ts";
import type { ControlDeps } from "../deps.ts";
import { startNext } from "../start.ts";

/** Harmless where it is not the run's. */
export async function letGo(
  deps: ControlDeps,
  { app, environment }: TargetName,
  runId: string,
): Promise<void> {
  const name = { app, environment };
  const { next } = await deps.store.targets.release(name, runId);
  if (next) await startNext(deps, name, next);
}

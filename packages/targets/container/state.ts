// What a step remembers between two looks. It travels as JSON through the store, so it is read with suspicion: anything
// unknown starts over, which is harmless because every look begins with what is live.

import type { Clock } from "#core/clock.ts";
import type { Step } from "#core/domain/step.ts";
import { SIDES, type Side } from "#targets/balancer/sides.ts";
import type { Watch } from "./look.ts";

/** `watch` is `null` until the service is there and its deployment known. `moved`: the traffic was seen where the step wants it. */
export type StepState = { side: Side; watch: Watch | null; moved?: boolean };

export function readState(state: unknown): StepState | null {
  if (typeof state !== "object" || state === null || !("side" in state)) return null;
  return SIDES.includes(state.side as Side) ? (state as StepState) : null;
}

/** What failed before is not this step's; the step's own beginning outlives its memory. */
export function sinceOf(step: Step, clock: Clock): number {
  return step.startedAt === null ? clock.now() : Date.parse(step.startedAt);
}

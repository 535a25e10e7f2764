// Somebody wants a train to end: what is under way is stopped, what is done goes back. Written first, then the train is woken.
import { instant } from "#core/clock.ts";
import type { Train } from "#core/domain/train.ts";
import { TuttiError } from "#core/errors.ts";
import { mayAbort } from "#core/train/train-view.ts";
import type { ControlDeps } from "../deps.ts";
import { wakeTrain } from "./wake-train.ts";

/** Said twice, it changes nothing more. Throws `not_found`, and `action_not_allowed` once it goes back or has ended. */
export async function abortTrain(
  deps: ControlDeps,
  id: string,
  { actor, reason }: { actor: string; reason?: string | undefined },
): Promise<Train> {
  const at = instant(deps.clock.now());
  const after = await deps.store.trains.change(id, (train) => {
    if (!mayAbort(train)) throw notAllowed(train);
    if (train.abort) return null;
    return { ...train, abort: { actor, at, ...(reason === undefined ? {} : { reason }) } };
  });
  await wakeTrain(deps, id);
  return after;
}

function notAllowed({ status }: Train): TuttiError {
  const extra = { status, allowed: [] };
  return new TuttiError("action_not_allowed", `abort is not allowed while the train is ${status}.`, {
    extra,
  });
}

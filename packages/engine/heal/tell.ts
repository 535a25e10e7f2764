// The one place where people are told what healing has come to: a target that it gives up, or holds, and one that is well
// again. An alarm rests on the log line; whoever else is to hear of it hears it from here.
import type { Target } from "#core/domain/target.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import type { EngineDeps } from "../deps.ts";

/** Answers whether it has become degraded. */
export function tellHealing({ log }: EngineDeps, before: Target, after: Target): boolean {
  const { app, environment } = after;
  const own = (target: Target) => target.healing?.degraded === true;
  const became = own(after) && (!own(before) || isHeld(before) !== isHeld(after));
  if (became) log.error(LOG_MESSAGES.degraded, { app, environment, reason: after.degraded });
  if (own(before) && !own(after)) log.info("a target is well again", { app, environment });
  return became;
}

function isHeld({ healing }: Target): boolean {
  return (healing?.heldSince ?? null) !== null;
}

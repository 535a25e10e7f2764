// The one place where people are told what healing has come to: a target that it gives up, or holds, one that is well
// again, and what a run has mended. An alarm rests on the log line; receivers hear of it by notices.
import { instant } from "#core/clock.ts";
import type { HealingRun } from "#core/domain/healing-run.ts";
import type { Target } from "#core/domain/target.ts";
import { repairNotices, verdictNotices } from "#core/notify/notice-of-healing.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import type { EngineDeps } from "../deps.ts";

/** Answers whether it has become degraded. */
export async function tellHealing(
  { log, store, clock }: EngineDeps,
  before: Target,
  after: Target,
): Promise<boolean> {
  const { app, environment } = after;
  const own = (target: Target) => target.healing?.degraded === true;
  const became = own(after) && (!own(before) || isHeld(before) !== isHeld(after));
  if (became) log.error(LOG_MESSAGES.degraded, { app, environment, reason: after.degraded });
  if (own(before) && !own(after)) log.info("a target is well again", { app, environment });
  await store.notices.tell(verdictNotices(before, after, instant(clock.now())));
  return became;
}

/** Of a run that is recorded. */
export async function tellRun({ store, driver }: EngineDeps, run: HealingRun): Promise<void> {
  await store.notices.tell(repairNotices(driver.kind, run));
}

function isHeld({ healing }: Target): boolean {
  return (healing?.heldSince ?? null) !== null;
}

// The repairs of one pass, through the driver, and what is told of them: each action says what was wrong with it alone.
import type { HealingAction } from "#core/domain/healing-run.ts";
import type { Fleet } from "#core/domain/replica.ts";
import type { RepairResult } from "#core/driver/driver.ts";
import type { RepairOrders } from "#core/driver/repair-orders.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import type { TargetName } from "#store/targets.ts";
import { asking } from "../asking.ts";
import type { EngineDeps } from "../deps.ts";
import type { LiveTarget } from "../live.ts";
import { nothing, type Pass } from "./pass.ts";

type Repair = { live: LiveTarget; fleet: Fleet; orders: RepairOrders };

export async function repair(
  deps: EngineDeps,
  { app, environment }: TargetName,
  { live, fleet, orders }: Repair,
): Promise<Pass> {
  const results = await asking(() => deps.driver.repair(live.context, fleet, orders));
  if (results.length === 0) return nothing("Nothing to mend.");
  const actions = results.map((one) => actionOf(one, fleet));
  for (const { replica, finding, action } of actions.filter((one) => one.result === "failed"))
    deps.log.error(LOG_MESSAGES.notMended, { app, environment, replica, finding, action });
  return { actions, summary: summaryOf(actions) };
}

/** Drift is told by whoever mended it: no replica's own look says it. */
function actionOf({ replica, result, action, detail, finding }: RepairResult, fleet: Fleet): HealingAction {
  const seen = fleet.replicas.find((one) => one.id === replica);
  return {
    replica,
    finding: finding ?? seen?.detail ?? seen?.health ?? "missing",
    action: `${action}: ${detail}`,
    result,
  };
}

function summaryOf(actions: HealingAction[]): string {
  const count = (result: HealingAction["result"]) => actions.filter((one) => one.result === result).length;
  const begun = count("begun") === 0 ? "" : `, ${count("begun")} on the way`;
  return `${count("repaired")} of ${actions.length} repaired${begun}.`;
}

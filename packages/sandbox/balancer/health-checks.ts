// Keeps the checks of all targets running: started for members of groups that are in use, stopped for the others. The
// first check of a target comes at once, the next ones at the group's interval, however long an answer takes.

import { nextHealth, REGISTERING } from "./health.ts";
import { checkHealth } from "./health-check.ts";
import type { LiveGroup } from "./live-group.ts";
import type { LiveTarget } from "./live-target.ts";

export type AddressOf = (group: LiveGroup, id: string) => string | undefined;

/** Brings the checks of a group in line with whether it is used; to be called after every change. */
export function reconcileChecks(group: LiveGroup, inUse: boolean, addressOf: AddressOf): void {
  group.inUse = inUse;
  for (const target of group.targets.values()) {
    if (target.draining) continue;
    if (inUse && !target.stopChecks) startChecks(group, target, addressOf);
    if (!inUse && target.stopChecks) {
      target.stopChecks();
      target.stopChecks = undefined;
      target.health = REGISTERING;
      group.eligible = undefined;
    }
  }
}

/** After a change of the settings: the same health, checked anew from now on. */
export function restartChecks(group: LiveGroup, addressOf: AddressOf): void {
  for (const target of group.targets.values()) {
    target.stopChecks?.();
    target.stopChecks = undefined;
  }
  reconcileChecks(group, group.inUse, addressOf);
}

function startChecks(group: LiveGroup, target: LiveTarget, addressOf: AddressOf): void {
  let stopped = false;
  const check = async () => {
    const address = addressOf(group, target.id);
    const { health } = group.settings;
    // A machine that is gone has no address any more; nothing would answer there.
    const result = address
      ? await checkHealth(address, target.port, health)
      : ({ ok: false, reason: "Target.FailedHealthChecks", description: "Health checks failed" } as const);
    if (stopped) return;
    const before = target.health.state;
    target.health = nextHealth(target.health, result, health);
    if (target.health.state !== before) group.eligible = undefined;
  };
  const timer = setInterval(() => void check(), group.settings.health.intervalSeconds * 1_000);
  target.stopChecks = () => {
    stopped = true;
    clearInterval(timer);
  };
  void check();
}

// Keeps the checks of all targets running: started for members of groups that are in use, stopped for the others. The
// first check of a target comes at once, the next ones at the group's interval, however long an answer takes. A machine
// boots in milliseconds here, so a new target that does not answer yet is also looked at in between.

import { nextHealth, REGISTERING } from "./health.ts";
import { checkHealth } from "./health-check.ts";
import type { LiveGroup } from "./live-group.ts";
import type { LiveTarget } from "./live-target.ts";

/** Between the looks at a target whose initial health is not known yet; only a passed one of these counts. */
const EAGER_MILLISECONDS = 100;

export type AddressOf = (group: LiveGroup, id: string) => string | undefined;

/** Where targets are, and who is told when the health of one has turned. */
export type Checking = { addressOf: AddressOf; turned(): void };

/** Brings the checks of a group in line with whether it is used; to be called after every change. */
export function reconcileChecks(group: LiveGroup, inUse: boolean, checking: Checking): void {
  group.inUse = inUse;
  for (const target of group.targets.values()) {
    if (target.draining) continue;
    if (inUse && !target.stopChecks) startChecks(group, target, checking);
    if (!inUse && target.stopChecks) {
      target.stopChecks();
      target.stopChecks = undefined;
      target.health = REGISTERING;
      group.eligible = undefined;
    }
  }
}

/** After a change of the settings: the same health, checked anew from now on. */
export function restartChecks(group: LiveGroup, checking: Checking): void {
  for (const target of group.targets.values()) {
    target.stopChecks?.();
    target.stopChecks = undefined;
  }
  reconcileChecks(group, group.inUse, checking);
}

function startChecks(group: LiveGroup, target: LiveTarget, checking: Checking): void {
  let stopped = false;
  let eager: NodeJS.Timeout | undefined;
  const check = async (isDue: boolean) => {
    const address = checking.addressOf(group, target.id);
    const { health } = group.settings;
    // A machine that is gone has no address any more; nothing would answer there.
    const result = address
      ? await checkHealth(address, target.port, health)
      : ({ ok: false, reason: "Target.FailedHealthChecks", description: "Health checks failed" } as const);
    if (stopped) return;
    const before = target.health.state;
    if (isDue || result.ok) target.health = nextHealth(target.health, result, health);
    if (target.health.state !== before) {
      group.eligible = undefined;
      target.recent = [];
      checking.turned();
    }
    clearTimeout(eager);
    if (target.health.state === "initial") eager = setTimeout(() => void check(false), EAGER_MILLISECONDS);
  };
  const timer = setInterval(() => void check(true), group.settings.health.intervalSeconds * 1_000);
  target.stopChecks = () => {
    stopped = true;
    clearInterval(timer);
    clearTimeout(eager);
  };
  void check(true);
}

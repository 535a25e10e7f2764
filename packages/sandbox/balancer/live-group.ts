// A target group at work: its live targets and whose turn it is.
import { REGISTERING } from "./health.ts";
import { type LiveTarget, newTarget } from "./live-target.ts";
import { type Counts, newCounts } from "./metrics.ts";
import type { TargetGroup } from "./model.ts";

export type LiveGroup = {
  settings: TargetGroup;
  targets: Map<string, LiveTarget>;
  counts: Counts;
  /** Whether a listener or a rule forwards to it: only then are its targets checked. */
  inUse: boolean;
  turn: number;
  /** Those in rotation; forgotten when membership or health changes. */
  eligible: LiveTarget[] | undefined;
};

export function newGroup(settings: TargetGroup): LiveGroup {
  return { settings, targets: new Map(), counts: newCounts(), inUse: false, turn: 0, eligible: undefined };
}

export function targetKey(id: string, port: number): string {
  return `${id}:${port}`;
}

export function addTarget(group: LiveGroup, id: string, port: number, health = REGISTERING): LiveTarget {
  const target = { ...newTarget(id, port), health };
  group.targets.set(targetKey(id, port), target);
  group.eligible = undefined;
  return target;
}

/**
 * The next target in turn: of the healthy ones, or of all that are not draining where none is healthy (fail open, ALB
 * user guide, "Target group health"). `undefined` where there is none at all.
 */
export function nextTarget(group: LiveGroup): LiveTarget | undefined {
  group.eligible ??= eligibleTargets(group);
  const { eligible } = group;
  if (eligible.length === 0) return undefined;
  group.turn = (group.turn + 1) % eligible.length;
  return eligible[group.turn];
}

function eligibleTargets(group: LiveGroup): LiveTarget[] {
  const healthy = healthyOf(group);
  return healthy.length > 0 ? healthy : [...group.targets.values()].filter((target) => !target.draining);
}

export function healthyOf({ targets }: Pick<LiveGroup, "targets">): LiveTarget[] {
  return [...targets.values()].filter((one) => !one.draining && one.health.state === "healthy");
}

/** What goes to disk. */
export function groupRecord(group: LiveGroup): TargetGroup {
  const targets = [...group.targets.values()].map(({ id, port, health, draining }) => ({
    id,
    port,
    health,
    ...(draining && { drainingUntil: draining.until }),
  }));
  return { ...group.settings, targets };
}

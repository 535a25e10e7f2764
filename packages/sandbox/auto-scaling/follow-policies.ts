// What the policies of each group make of its capacity, looked at a moment after the alarms were. A member that is warming
// up carries no load in the metric yet, so it is not counted, and while there is one nothing goes out again (Auto Scaling
// user guide, "Set the default instance warmup").
import { everyRound, type Publisher, roundMilliseconds } from "../metric-publisher.ts";
import { readTracking } from "../target-tracking/alarms.ts";
import { type Capacity, type Change, track } from "../target-tracking/track.ts";
import { at } from "./activities.ts";
import type { Control } from "./control.ts";
import type { Group, Policy } from "./model.ts";
import { policiesOf } from "./policy-handlers.ts";
import { trackingOf } from "./policy-input.ts";
import { activeMembers, isSuspended, type State, save } from "./state.ts";

/** An alarm that goes on calls its policy again so often (CloudWatch user guide, "Alarm actions"). */
const BETWEEN_SCALE_INS_SECONDS = 60;

export function createPolicyWatch(state: State, control: Control): Publisher {
  const lagMs = Math.min(1_000, roundMilliseconds(state.platform.timeScale) / 2);
  return everyRound(state.platform, lagMs, () => {
    for (const { name } of state.groups.list())
      follow(state, control, name).catch((error: Error) =>
        state.platform.log(`autoscaling: ${name}: its policies: ${error.message}`),
      );
  });
}

async function follow(state: State, control: Control, name: string): Promise<void> {
  const before = state.groups.get(name);
  if (!before || !mayFollow(before)) return;
  const policies = policiesOf(before);
  const readings = await Promise.all(
    policies.map((one) => readTracking(state.platform, one.alarms, trackingOf(one.configuration, before))),
  );
  const group = state.groups.get(name);
  if (!group || !mayFollow(group) || state.stopping) return;
  const change = track(readings, capacityOf(state, group, policies));
  if (change) apply(state, control, group, change, policies[change.policy]!);
}

function mayFollow(group: Group): boolean {
  return policiesOf(group).length > 0 && !group.isDeleting && !isSuspended(group, "AlarmNotification");
}

function capacityOf(state: State, group: Group, policies: Policy[]): Capacity {
  const { desired, minSize: min, maxSize: max } = group;
  const own = policies.map(
    ({ warmupSeconds }) => warmupSeconds ?? group.warmupSeconds ?? group.cooldownSeconds,
  );
  const since = state.platform.now() - (Math.max(...own) * 1_000) / state.platform.timeScale;
  const active = activeMembers(group);
  const counted = active.filter(
    ({ inServiceAt }) => inServiceAt !== undefined && inServiceAt <= since,
  ).length;
  return { desired, min, max, counted, isWarming: counted < active.length || active.length < desired };
}

function apply(state: State, control: Control, group: Group, change: Change, policy: Policy): void {
  const { platform } = state;
  if (change.alarm === "low") {
    const pauseMs = (BETWEEN_SCALE_INS_SECONDS * 1_000) / platform.timeScale;
    if (platform.now() < (group.scaledInAt ?? 0) + pauseMs) return;
    group.scaledInAt = platform.now();
  }
  group.because = `${at(state)} a monitor alarm ${policy.alarms[change.alarm]} in state ALARM triggered policy ${policy.name} changing the desired capacity from ${group.desired} to ${change.desired}.`;
  group.desired = change.desired;
  save(state, group);
  control.look(group.name);
}

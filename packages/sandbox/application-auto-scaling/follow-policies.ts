// What the policies make of a capacity, looked at a moment after the alarms were. The cooldowns are the policy's: in
// the one after scaling out only a larger capacity than was begun is added, in the one after scaling in nothing goes (Application Auto
// Scaling user guide, "Define cooldown periods"). A capacity of 0 is left alone, as on AWS.
import { randomUUID } from "node:crypto";
import { everyRound, type Publisher, roundMilliseconds } from "../metric-publisher.ts";
import { readTracking } from "../target-tracking/alarms.ts";
import { type Change, track } from "../target-tracking/track.ts";
import { placeOf, type ScalableTarget, type State } from "./model.ts";
import { trackingOf } from "./policy-handlers.ts";
import { namespaceOf, scaledOf } from "./scaled.ts";

const ACTIVITIES = 100;

export function createPolicyWatch(state: State): Publisher {
  const lagMs = Math.min(1_000, roundMilliseconds(state.platform.timeScale) / 2);
  // On a busy machine a look may take longer than a round: two at once would both act before either cooldown has begun.
  const underway = new Set<string>();
  return everyRound(state.platform, lagMs, () => {
    for (const { resourceId } of state.targets.list()) {
      if (underway.has(resourceId)) continue;
      underway.add(resourceId);
      follow(state, resourceId)
        .catch((error: Error) =>
          state.platform.log(`application-autoscaling: ${resourceId}: ${error.message}`),
        )
        .finally(() => underway.delete(resourceId));
    }
  });
}

async function follow(state: State, resourceId: string): Promise<void> {
  const { platform } = state;
  const before = state.targets.get(resourceId);
  if (!before || before.policies.length === 0) return;
  const { policies } = before;
  const scaled = scaledOf(namespaceOf(resourceId));
  const [capacity, ...readings] = await Promise.all([
    scaled.read(platform, resourceId),
    ...policies.map((one) => readTracking(platform, one.alarms, trackingOf(one.configuration, resourceId))),
  ]);
  const target = state.targets.get(resourceId);
  const { desired, running } = capacity ?? { desired: 0, running: 0 };
  if (!target || desired === 0) return;
  const { min, max } = target;
  // The cooldown begins when what was begun has taken effect.
  if (target.scaledOutAt !== undefined && running < desired) target.scaledOutAt = platform.now();
  const isCooling = since(state, target.scaledOutAt) < cooldown(state, target, "ScaleOutCooldown");
  // What was there before it was scaled out is what the metric is of.
  const counted = isCooling ? (target.counted ?? desired) : running;
  const isWarming = isCooling || running < desired;
  const change = track(readings, { desired, min, max, counted, isWarming });
  if (change && mayChange(state, target, change)) await apply(state, target, change, desired);
}

function mayChange(state: State, target: ScalableTarget, { alarm }: Change): boolean {
  if (alarm === "high") return !target.isSuspended.out;
  return (
    !target.isSuspended.in && since(state, target.scaledInAt) >= cooldown(state, target, "ScaleInCooldown")
  );
}

function since({ platform }: State, at = 0): number {
  return platform.now() - at;
}

function cooldown(
  { platform }: State,
  { policies, resourceId }: ScalableTarget,
  key: "ScaleInCooldown" | "ScaleOutCooldown",
): number {
  const { cooldownSeconds } = scaledOf(namespaceOf(resourceId));
  const seconds = policies.map(({ configuration }) => configuration[key] ?? cooldownSeconds);
  return (Math.max(...seconds) * 1_000) / platform.timeScale;
}

async function apply(state: State, target: ScalableTarget, change: Change, before: number): Promise<void> {
  const { platform } = state;
  const policy = target.policies[change.policy]!;
  const startedAt = platform.now();
  const scaled = scaledOf(namespaceOf(target.resourceId));
  await scaled.set(platform, target.resourceId, change.desired);
  const { description, message } = scaled.says(change.desired);
  if (change.alarm === "high") Object.assign(target, { scaledOutAt: startedAt, counted: before });
  else target.scaledInAt = startedAt;
  target.activities.unshift({
    ActivityId: randomUUID(),
    ...placeOf(target),
    Description: description,
    Cause: `monitor alarm ${policy.alarms[change.alarm]} in state ALARM triggered policy ${policy.name}`,
    StatusCode: "Successful",
    StatusMessage: message,
    startedAt,
    endedAt: platform.now(),
  });
  target.activities.splice(ACTIVITIES);
  state.targets.set(target.resourceId, target);
}

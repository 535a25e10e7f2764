// Tutti's health policy in the words of an Application Load Balancer, whose checks are coarser.
import type { HealthPolicy } from "#core/domain/spec.ts";

/** Limits: Elastic Load Balancing API, CreateTargetGroup. For HTTP the time-out must be below the interval. */
export type BalancerHealth = {
  path: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
};

export function nearestLegal(policy: HealthPolicy): BalancerHealth {
  const intervalSeconds = clamp(policy.intervalSeconds, 5, 300);
  return {
    path: policy.path,
    intervalSeconds,
    timeoutSeconds: Math.min(clamp(policy.timeoutSeconds, 2, 120), intervalSeconds - 1),
    healthyThreshold: clamp(policy.healthyThreshold, 2, 10),
    unhealthyThreshold: clamp(policy.unhealthyThreshold, 2, 10),
  };
}

/** The deregistration delay: whole seconds, at most an hour (target group attributes). */
export function nearestDelay(drainSeconds: number): number {
  return clamp(Math.ceil(drainSeconds), 0, 3600);
}

/** Sentences for the dry run: one for each value that is not what the manifest says. */
export function balancerNotes(policy: HealthPolicy, drainSeconds: number): string[] {
  const legal = nearestLegal(policy);
  const names = ["intervalSeconds", "timeoutSeconds", "healthyThreshold", "unhealthyThreshold"] as const;
  const notes = names
    .filter((name) => legal[name] !== policy[name])
    .map(
      (name) =>
        `health.${name}: the load balancer checks with ${legal[name]}, the nearest it allows to ${policy[name]}.`,
    );
  const delay = nearestDelay(drainSeconds);
  if (delay !== drainSeconds)
    notes.push(
      `rollout.drainSeconds: the load balancer waits ${delay} s, the nearest it allows to ${drainSeconds}.`,
    );
  return notes;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(Math.round(value), least), most);
}

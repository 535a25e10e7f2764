// Who may change a target, as pure functions: one owner, the others wait in order. A newcomer that supersedes goes to
// the head of the queue and sends the others home; the owner itself is asked to stop by whoever called.
import type { RolloutPolicy } from "#core/domain/spec.ts";
import type { Target } from "#core/domain/target.ts";
import { TuttiError } from "#core/errors.ts";

const LONGEST_QUEUE = 100;

export type LockOutcome = {
  target: Target;
  outcome: "acquired" | "queued";
  /** Whom the newcomer pushed out of the queue. */
  dropped: string[];
};

/** `target` comes back as the same object where nothing changes. Throws `target_busy`. */
export function acquireLock(
  target: Target,
  owner: string,
  onConflict: RolloutPolicy["onConflict"],
  at: string,
): LockOutcome {
  if (target.lock?.owner === owner) return { target, outcome: "acquired", dropped: [] };
  if (target.queue.includes(owner)) return { target, outcome: "queued", dropped: [] };
  const free = !target.lock && (target.queue.length === 0 || onConflict === "supersede");
  if (free) {
    const dropped = target.queue;
    return { target: { ...target, lock: { owner, since: at }, queue: [] }, outcome: "acquired", dropped };
  }
  if (onConflict === "reject") throw busy(target);
  if (onConflict === "supersede") {
    return { target: { ...target, queue: [owner] }, outcome: "queued", dropped: target.queue };
  }
  if (target.queue.length >= LONGEST_QUEUE) throw busy(target);
  return { target: { ...target, queue: [...target.queue, owner] }, outcome: "queued", dropped: [] };
}

/** `null` where the lock is somebody else's. With nobody holding it, `owner` may be anyone: the head of the queue gets it. */
export function releaseLock(
  target: Target,
  owner: string,
  at: string,
): { target: Target; next: string | null } | null {
  if (target.lock && target.lock.owner !== owner) return null;
  if (!target.lock && target.queue.length === 0) return null;
  const [next = null, ...queue] = target.queue;
  return { target: { ...target, lock: next ? { owner: next, since: at } : null, queue }, next };
}

function busy(target: Target): TuttiError {
  const name = `${target.app}/${target.environment}`;
  const detail = target.lock
    ? `${name} is being changed by ${target.lock.owner}; wait for its end or abort it.`
    : `${name} has ${target.queue.length} deployments waiting already.`;
  return new TuttiError("target_busy", detail, {
    extra: { activeDeployment: target.lock?.owner ?? null, queue: target.queue },
  });
}

// Who may change a target, as pure functions: one owner, the others wait in order. A newcomer that supersedes goes to
// the head of the queue and sends the others home. Whom it pushed out, and that the owner is to stop, stands in the
// same item until it is done (engine/supersede.ts), so that nobody is lost with whoever called.
import type { RolloutPolicy } from "#core/domain/spec.ts";
import type { Target } from "#core/domain/target.ts";
import { TuttiError } from "#core/errors.ts";

/** What may not go backwards at a target: releases, by the age of their artifact, or orders, by when they were given. */
export type Sequence = {
  of: "releases" | "orders";
  at: string;
  /** Whether it is refused where a newer one was taken before; by hand, any is taken. */
  onlyNewer: boolean;
};

const LONGEST_QUEUE = 100;

export type LockOutcome = {
  target: Target;
  outcome: "acquired" | "queued";
  /** Whom the newcomer pushed out of the queue. */
  dropped: string[];
};

/** `target` comes back as the same object where nothing changes. Throws `target_busy` and `outdated`. */
export function acquireLock(
  before: Target,
  owner: string,
  onConflict: RolloutPolicy["onConflict"],
  at: string,
  sequences: Sequence[] = [],
): LockOutcome {
  if (before.lock?.owner === owner) return { target: before, outcome: "acquired", dropped: [] };
  if (before.queue.includes(owner)) return { target: before, outcome: "queued", dropped: [] };
  const target = sequences.reduce(advanced, before);
  const free = !target.lock && (target.queue.length === 0 || onConflict === "supersede");
  if (free) {
    const locked = { ...target, lock: { owner, since: at } };
    return { target: withoutQueue(locked, owner, at), outcome: "acquired", dropped: target.queue };
  }
  if (onConflict === "reject") throw busy(target);
  if (onConflict === "supersede") {
    const first = { ...withoutQueue(target, owner, at), queue: [owner], stopFor: owner };
    return { target: first, outcome: "queued", dropped: target.queue };
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
  const { stopFor: _done, ...rest } = target;
  return { target: { ...rest, lock: next ? { owner: next, since: at } : null, queue }, next };
}

function withoutQueue(target: Target, by: string, at: string): Target {
  if (target.queue.length === 0) return target;
  const dropped = [...(target.dropped ?? []), ...target.queue.map((id) => ({ id, by, at }))];
  return { ...target, queue: [], dropped };
}

function advanced(target: Target, { of, at, onlyNewer }: Sequence): Target {
  const newest = target.newest?.[of];
  if (newest === undefined || newest <= at) return { ...target, newest: { ...target.newest, [of]: at } };
  if (!onlyNewer) return target;
  const detail = `${target.app}/${target.environment} has taken one of ${newest}; this one is of ${at}.`;
  throw new TuttiError("outdated", detail);
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

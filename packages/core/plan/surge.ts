// Rolling where copies are replaced instead of updated (vm, container): new ones in, healthy, old ones out. Never
// more copies than desired + maxSurge, and never fewer healthy ones than desired - maxUnavailable because of us.
import type { Fleet } from "../domain/replica.ts";
import type { Amount } from "../domain/spec.ts";
import { TuttiError } from "../errors.ts";
import { resolveAmount } from "./amount.ts";
import { batchSize } from "./batches.ts";

/** First `stop` copies (drained before), then `start` new ones, then wait until all are healthy. One of the two may be 0. */
export type Wave = { stop: number; start: number };

export type SurgeRequest = {
  fleet: Fleet;
  version: string;
  desired: number;
  batch: Amount | Amount[];
  /** Rounds up, as Kubernetes and ECS do, so that a small percentage still moves. */
  maxSurge: Amount;
  /** Rounds down. */
  maxUnavailable: Amount;
};

/** Throws `invalid_input` where neither a copy more nor a copy less is allowed. */
export function planRolling(request: SurgeRequest): Wave[] {
  const { fleet, version, desired } = request;
  const right = fleet.replicas.filter((one) => one.version === version && one.health === "healthy").length;
  const healthy = fleet.replicas.filter((one) => one.health === "healthy").length;
  const broken = fleet.replicas.length - healthy;
  const limits = limitsOf(request);
  if (limits.most === limits.least) throw cannotMove();
  const waves: Wave[] = [];
  for (let state = { right, old: healthy - right, broken }; !isDone(state, desired); ) {
    const size = batchSize(batchEntry(request.batch, waves.length), desired);
    const wave = nextWave(state, desired, limits, size);
    waves.push(wave.wave);
    state = wave.after;
  }
  return waves;
}

type Counts = { right: number; old: number; broken: number };
type Limits = { most: number; least: number };

function limitsOf(request: SurgeRequest): Limits {
  return {
    most: request.desired + resolveAmount(request.maxSurge, request.desired, "ceil"),
    least: Math.max(0, request.desired - resolveAmount(request.maxUnavailable, request.desired, "floor")),
  };
}

function isDone(state: Counts, desired: number): boolean {
  return state.right === desired && state.old === 0 && state.broken === 0;
}

function batchEntry(batch: Amount | Amount[], index: number): Amount {
  const entries = Array.isArray(batch) ? batch : [batch];
  return entries[index] ?? entries.at(-1) ?? 1;
}

function nextWave(
  state: Counts,
  desired: number,
  limits: Limits,
  size: number,
): { wave: Wave; after: Counts } {
  // Broken copies serve nobody: they go first and cost no healthy one.
  const broken = Math.min(state.broken, size);
  const spareHealthy = Math.max(0, state.right + state.old - limits.least);
  const old = Math.min(state.old, spareHealthy, size - broken);
  const extra = Math.min(Math.max(0, state.right - desired), spareHealthy - old, size - broken - old);
  const rest = { right: state.right - extra, old: state.old - old, broken: state.broken - broken };
  const room = limits.most - rest.right - rest.old - rest.broken;
  const start = Math.max(0, Math.min(room, desired - rest.right, size));
  return {
    wave: { stop: broken + old + extra, start },
    after: { ...rest, right: rest.right + start },
  };
}

function cannotMove(): TuttiError {
  const message = "with maxSurge 0 and maxUnavailable 0 no copy could ever be replaced";
  return new TuttiError("invalid_input", `rollout.maxSurge: ${message}`, {
    errors: [{ path: "rollout.maxSurge", message }],
  });
}

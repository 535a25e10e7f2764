// Rolling where copies are replaced instead of updated (vm): new ones in, healthy, old ones out. Never more copies than
// desired + maxSurge, and never fewer healthy ones than desired - maxUnavailable because of us. Computed from what is
// live, so that planning again in the middle, back, or to another count is the same function.
import type { Replica } from "../domain/replica.ts";
import type { Amount, RolloutPolicy, Spec } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import { isStateful } from "../domain/volume.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { TuttiError } from "../errors.ts";
import { resolveAmount } from "./amount.ts";
import { batchSize } from "./batches.ts";
import { nameReplicas } from "./labels.ts";
import { paceOf } from "./pace.ts";
import { removal, removeAll } from "./removal.ts";
import { standIns } from "./stand-ins.ts";

/** No steps: all is right. Throws `invalid_input` where neither a copy more nor a copy less is allowed. */
export function planReplacing(request: PlanRequest, spec: Spec): PlannedStep[] {
  if (request.version === null) return removeAll(request);
  const limits = limitsOf(paceOf(spec), request.desired);
  const steps: Batch[] = [];
  for (let state = stateOf(request); !isDone(state, request.desired); ) {
    if (limits.most === limits.least && state.healthy.length > 0) throw cannotMove();
    const { batch, after } = nextBatch(
      state,
      request.desired,
      limits,
      sizeOf(request, spec, state, steps.length),
    );
    steps.push(batch);
    state = after;
  }
  if (steps.length === 0) return asMeant(request);
  return steps.map((batch, index) => stepOf(batch, index, steps.length, request));
}

/** All copies are right, and the platform would start another version next: it is told, and they are seen to stay. */
function asMeant({ fleet, version, desired, rollback }: PlanRequest): PlannedStep[] {
  if (fleet.keeps === undefined || fleet.keeps === version || desired === 0) return [];
  const replicas = fleet.replicas.filter((one) => one.health !== "draining").map((one) => one.id);
  return [
    {
      type: "batch",
      action: "replace",
      label: `Keep ${replicas.length} of ${version}`,
      replicas,
      count: desired,
      leaving: [],
      leavingFirst: 0,
      version,
      whole: true,
      ...(rollback ? { rollback: true } : {}),
    },
  ];
}

type Limits = { most: number; least: number };
/** `right` are on the version and well, `coming` on their way to it; `broken` and `healthy` are to go. */
type State = { right: string[]; coming: string[]; broken: string[]; healthy: string[] };
/** `replicas`: the new ones, and those that were on their way already: they are waited for before anything goes. */
type Batch = { replicas: string[]; count: number; leaving: string[]; leavingFirst: number };

/** A surge rounds up and what may be away rounds down, as Kubernetes and ECS do, so that a small percentage still moves. */
export function limitsOf({ maxSurge, maxUnavailable }: RolloutPolicy, desired: number): Limits {
  return {
    most: desired + resolveAmount(maxSurge, desired, "ceil"),
    least: Math.max(0, desired - resolveAmount(maxUnavailable, desired, "floor")),
  };
}

function stateOf({ fleet, version }: PlanRequest): State {
  const carriers = fleet.replicas.filter((one) => one.health !== "draining");
  const on = (one: Replica, health: Replica["health"]) => one.version === version && one.health === health;
  const wrong = carriers.filter((one) => !on(one, "healthy") && !on(one, "starting"));
  return {
    right: idsOf(carriers.filter((one) => on(one, "healthy"))),
    coming: idsOf(carriers.filter((one) => on(one, "starting"))),
    broken: idsOf(wrong.filter((one) => one.health !== "healthy")),
    healthy: idsOf(wrong.filter((one) => one.health === "healthy")),
  };
}

function idsOf(replicas: Replica[]): string[] {
  return replicas.map((one) => one.id);
}

function isDone({ right, coming, broken, healthy }: State, desired: number): boolean {
  return right.length === desired && coming.length + broken.length + healthy.length === 0;
}

/** Where nobody serves, or nothing is to be replaced, there is nobody to be careful for. Nor is the way back a trial. */
function sizeOf({ fleet, desired, rollback }: PlanRequest, spec: Spec, state: State, index: number): number {
  const rollout = paceOf(spec);
  // Where nobody holds a disk, nobody has to let go of one first: the platform starts all of them at once.
  if (isStateful(spec) && (fleet.replicas.length > 0 || index > 0)) return 1;
  const careless = rollback || rollout.strategy === "allAtOnce" || state.healthy.length === 0;
  return careless ? Math.max(desired, copiesOf(state)) : batchSize(entryAt(rollout.batch, index), desired);
}

function copiesOf({ right, coming, broken, healthy }: State): number {
  return right.length + coming.length + broken.length + healthy.length;
}

function entryAt(batch: Amount | Amount[], index: number): Amount {
  const entries = Array.isArray(batch) ? batch : [batch];
  return entries[index] ?? entries.at(-1) ?? 1;
}

function nextBatch(
  state: State,
  desired: number,
  limits: Limits,
  size: number,
): { batch: Batch; after: State } {
  const there = state.right.length + state.coming.length;
  // Broken copies serve nobody: they go first and cost no healthy one. What is too much goes last.
  const extra = Math.min(state.right.length, Math.max(0, there - desired));
  const candidates = [...state.broken, ...state.healthy, ...state.right.slice(0, extra)];
  const copies = copiesOf(state);
  const serving = state.right.length + state.healthy.length;
  const free = Math.min(state.broken.length, size);
  const mayGo = free + Math.max(0, serving - limits.least);
  const wanted = Math.max(0, Math.min(size, desired - there));
  // As many go before as the new ones need room for; where these may not go, fewer start.
  const first = Math.min(Math.max(free, copies + wanted - limits.most), mayGo, size, candidates.length);
  const start = Math.max(0, Math.min(wanted, limits.most - copies + first));
  const going = Math.min(size, candidates.length, Math.max(first, copies + start - desired));
  const leaving = candidates.slice(0, going);
  const gone = new Set(leaving);
  const keep = (ids: string[]) => ids.filter((id) => !gone.has(id));
  const replicas = [...state.coming, ...standIns(start, there)];
  return {
    batch: { replicas, count: there + start, leaving, leavingFirst: first },
    after: {
      right: [...keep(state.right), ...replicas],
      coming: [],
      broken: keep(state.broken),
      healthy: keep(state.healthy),
    },
  };
}

function stepOf(batch: Batch, index: number, total: number, request: PlanRequest): PlannedStep {
  const { replicas, count, leaving, leavingFirst } = batch;
  const back = request.rollback ? `Back to ${request.version}, b` : "B";
  const label = `${back}atch ${index + 1} of ${total}: ${words(batch)}`;
  if (replicas.length === 0) return removal(leaving, label, request.rollback);
  return {
    type: "batch",
    action: "replace",
    label,
    replicas,
    count,
    leaving,
    leavingFirst,
    version: request.version,
    whole: true,
    ...(request.rollback ? { rollback: true } : {}),
  };
}

function words({ replicas, leaving }: Batch): string {
  const [more, less] = [`${replicas.length} new`, `${nameReplicas(leaving)} out`];
  if (leaving.length === 0) return more;
  return replicas.length === 0 ? less : `${more}, ${less}`;
}

export function cannotMove(): TuttiError {
  const message = "with maxSurge 0 and maxUnavailable 0 no copy could ever be replaced";
  return new TuttiError("invalid_input", `rollout.maxSurge: ${message}`, {
    errors: [{ path: "rollout.maxSurge", message }],
  });
}

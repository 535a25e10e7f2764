// A driver over a KeptWorld: copies are replaced, traffic can be shifted between two versions, and an image is made first.
// It keeps every promise that the contract suite asks of a real one.
import { EMPTY_FLEET, type Fleet, type Replica } from "#core/domain/replica.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { PlannedStep, Step } from "#core/domain/step.ts";
import { CAPABILITIES } from "#core/driver/capabilities.ts";
import type { Driver, Observation, PlanRequest, Progress, RepairResult } from "#core/driver/driver.ts";
import { everything, ordered, type RepairOrders } from "#core/driver/repair-orders.ts";
import { removal, removeAll } from "#core/plan/removal.ts";
import { planReplacing } from "#core/plan/replacing.ts";
import { planTwoSides } from "#core/plan/two-sides.ts";
import { isBeside, isIdle, isUnfinished, mayGo, mayLeave, mayStart, missing, staying } from "./kept-moves.ts";
import { behaviourOf, isServed, isWell, type KeptWorld, start, stop, trafficOf } from "./kept-world.ts";

type State = { ids: string[] };

export function keptDriver(world: KeptWorld): Driver {
  return {
    kind: "vm",
    capabilities: CAPABILITIES.vm,
    plan,
    inspect: async () => inspect(world),
    apply: async ({ spec }, step, state) =>
      state === null ? apply(world, step, spec) : check(world, step, spec, state),
    check: async ({ spec }, step, state) => check(world, step, spec, state),
    repair: async (_target, fleet, orders = everything(fleet)) => repair(world, fleet, orders),
    retire: async () => stop(world, [...world.copies.keys()]),
    tidy: async () => {
      world.borrowed = false;
    },
  };
}

function plan(request: PlanRequest, spec: Spec): PlannedStep[] {
  const { version, fleet, rollback } = request;
  if (version === null) return removeAll(request).map((step) => ({ ...step, desired: 0 }));
  const idle = fleet.replicas.filter((one) => one.trafficPercent === 0);
  const stale = idle.filter((one) => one.version !== version);
  const own = {
    ...request,
    fleet: { ...fleet, replicas: fleet.replicas.filter((one) => !stale.includes(one)) },
  };
  const strategy = spec.rollout.strategy === "blueGreen" || spec.rollout.strategy === "canary";
  // What stands beside gets its traffic by a shift, whatever the strategy is.
  const twoSides = strategy || idle.length > stale.length;
  const moves = twoSides ? planTwoSides(own, spec, false) : counted(own, planReplacing(own, spec));
  const steps = [...removeStale(stale, rollback), ...moves];
  if (steps.length === 0 || fleet.prepared?.includes(version)) return steps;
  return [{ type: "prepare", label: `Make the image of ${version}`, replicas: [], version }, ...steps];
}

/** A side that another deployment has left without traffic. */
function removeStale(stale: Replica[], rollback: boolean): PlannedStep[] {
  const ids = stale.map((one) => one.id);
  return ids.length === 0 ? [] : [removal(ids, `Remove what has no traffic: ${ids.join(", ")}`, rollback)];
}

/** The count is said only where the plan changes it: else the platform's own holds, whoever changes it meanwhile. */
function counted({ fleet, desired }: PlanRequest, steps: PlannedStep[]): PlannedStep[] {
  return fleet.desired === desired ? steps : steps.map((step) => ({ ...step, desired }));
}

function inspect(world: KeptWorld): Fleet {
  const replicas = [...world.copies].map(([id]) => replicaOf(world, id));
  const fleet = { ...EMPTY_FLEET, replicas, prepared: [...world.images], traffic: trafficOf(world) };
  if (replicas.length === 0) return fleet;
  return { ...fleet, endpoint: "http://kept.invalid", desired: world.desired ?? replicas.length };
}

function replicaOf(world: KeptWorld, id: string): Replica {
  const copy = world.copies.get(id)!;
  const coming = !copy.dead && copy.looks < world.looksToHealthy;
  const health = isWell(world, copy) ? "healthy" : coming ? "starting" : "unhealthy";
  const idle = isServed(world, copy) ? {} : { trafficPercent: 0 };
  return { id, version: copy.version, health, address: `${id}.invalid:80`, startedAt: null, ...idle };
}

function apply(world: KeptWorld, step: Step, spec: Spec): Progress {
  if (step.type === "prepare") return prepare(world, step);
  world.borrowed = true;
  if (step.action === "remove") return remove(world, step, spec);
  const version = step.version!;
  if (step.type === "shift") return look(world, step, { ids: idsOf(world, version) });
  // Whoever takes a copy's place takes its share of the traffic.
  if (step.action === "replace") world.weights = null;
  // The count is that of the side with the traffic, as a group's is: one that is started beside it counts from its last shift on.
  if (!isBeside(world, step)) world.desired = Math.max(world.desired ?? 0, step.desired ?? step.count ?? 0);
  // A side that is started has no traffic before it is shifted there.
  if (step.action === "startBeside")
    world.weights ??= new Map(trafficOf(world).map(({ version, percent }) => [version, percent]));
  return move(world, step, spec, { ids: newest(world, step) });
}

function prepare(world: KeptWorld, { version }: Step): Progress {
  if (behaviourOf(world, version!) === "badArtifact")
    return { phase: "failed", reason: "the artifact has another SHA-256 than its release", observations: [] };
  world.images.add(version!);
  return { phase: "done", state: null, observations: [] };
}

function remove(world: KeptWorld, step: Step, spec: Spec): Progress {
  const going = mayLeave(world, step, spec);
  const idle = going.length > 0 && isIdle(world, going);
  stop(world, going);
  shrink(world, step, going.length);
  const observations = step.replicas.map((replica) =>
    world.copies.has(replica)
      ? { ...observe(world, replica), hopeless: false, detail: "waits for others to be well" }
      : { ...observe(world, replica), hopeless: false, detail: "removed" },
  );
  if (step.replicas.some((id) => world.copies.has(id)))
    return { phase: "running", state: null, observations };
  const left = new Set([...world.copies.values()].map((copy) => copy.version));
  for (const version of world.weights?.keys() ?? []) if (!left.has(version)) world.weights!.delete(version);
  // Of the two sides one is left, with the count that it has.
  if (idle) world.desired = world.copies.size;
  return { phase: "done", state: null, observations };
}

function check(world: KeptWorld, step: Step, spec: Spec, state: unknown): Progress {
  if (step.type === "bake") return look(world, step, { ids: step.replicas });
  if (step.type === "prepare" || step.action === "remove" || !state) return apply(world, step, spec);
  const { ids } = state as State;
  for (const id of ids) {
    const copy = world.copies.get(id);
    if (copy) copy.looks += 1;
  }
  return step.type === "shift" ? look(world, step, { ids }) : move(world, step, spec, { ids });
}

/** Starts what is missing and has room, and lets go whoever may: from what is live alone, so that it is the same at each look. */
function move(world: KeptWorld, step: Step, spec: Spec, before: State): Progress {
  const going = mayGo(world, step, spec);
  stop(world, going);
  shrink(world, step, going.length);
  const started = Array.from({ length: mayStart(world, step, spec) }, () => start(world, step.version!));
  const state = { ids: [...before.ids, ...started] };
  const replicas = [...state.ids, ...pendingNames(missing(world, step))];
  const observations = replicas.map((id) => (isPending(id) ? coming(id) : observe(world, id)));
  const progress = { state, replicas, observations };
  if (!observations.every((one) => one.serving) || isUnfinished(world, step))
    return { phase: "running", ...progress };
  return { phase: "done", ...progress };
}

/** A plan that wants fewer says so, and who goes is not replaced until so many are left. */
function shrink(world: KeptWorld, { desired }: Step, gone: number): void {
  const now = world.desired ?? 0;
  world.desired = Math.max(Math.min(desired ?? now, now), now - gone);
}

/** The copies that a step is about: the youngest of its version, as many as it starts. */
function newest(world: KeptWorld, step: Step): string[] {
  const count = Math.max(0, step.replicas.length - missing(world, step));
  return count === 0 ? [] : staying(world, step).slice(-count);
}

/** There is no room for it yet. */
function pendingNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `pending-${index + 1}`);
}

function isPending(id: string): boolean {
  return id.startsWith("pending-");
}

function coming(replica: string): Observation {
  const nothing = {
    version: null,
    health: "starting",
    reachable: true,
    hopeless: false,
    serving: false,
  } as const;
  return { replica, ...nothing, detail: "it was not started yet" };
}

/** A step that moves no copy. */
function look(world: KeptWorld, step: Step, state: State): Progress {
  const observations = state.ids.map((id) => observe(world, id));
  const progress = { state, replicas: state.ids, observations };
  if (step.type === "bake") return { phase: "done", ...progress };
  if (!observations.every((one) => one.serving)) return { phase: "running", ...progress };
  shift(world, step);
  return { phase: "done", ...progress };
}

function shift(world: KeptWorld, { version, weightPercent = 100 }: Step): void {
  const others = [...(world.weights?.keys() ?? [])].filter((one) => one !== version);
  world.weights = new Map([
    [version!, weightPercent],
    ...others.map((one) => [one, 100 - weightPercent] as const),
  ]);
  if (weightPercent === 100) world.desired = idsOf(world, version!).length;
}

function idsOf(world: KeptWorld, version: string): string[] {
  return [...world.copies].filter(([, copy]) => copy.version === version).map(([id]) => id);
}

function observe(world: KeptWorld, replica: string): Observation {
  const copy = world.copies.get(replica);
  const gone = { version: null, health: "unknown", reachable: true, hopeless: true, serving: false } as const;
  if (!copy) return { replica, ...gone, detail: "the platform took it away" };
  const behaviour = behaviourOf(world, copy.version);
  const well = isWell(world, copy);
  const coming = !copy.dead && copy.looks <= world.looksToHealthy;
  return {
    replica,
    version: copy.version,
    health: well ? "healthy" : coming ? "starting" : "unhealthy",
    reachable: true,
    hopeless: behaviour === "crashes",
    serving: well,
    detail:
      behaviour === "crashes"
        ? "the process ended with exit code 1"
        : `GET /healthz answered ${well ? 200 : 500}`,
  };
}

function repair(world: KeptWorld, fleet: Fleet, orders: RepairOrders): RepairResult[] {
  return ordered(fleet.replicas, orders)
    .filter((one) => one.health === "unhealthy")
    .map(({ id }) => {
      const { version } = world.copies.get(id)!;
      stop(world, [id]);
      const next = start(world, version);
      world.copies.get(next)!.looks = world.looksToHealthy;
      return {
        replica: id,
        result: "repaired" as const,
        action: "replace",
        detail: `${next} took its place`,
      };
    });
}

// What a plan will take, for the dry run: the fewest healthy copies on the way, seconds, dollars. Estimates, each with
// its ground in a comment; nothing decides by them.
import type { Cost } from "../domain/cost.ts";
import type { Fleet } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";
import type { PlannedStep } from "../domain/step.ts";
import { BAKE_SLICE_SECONDS } from "../rollout/bake-slice.ts";
import { IMAGE_FUNCTION_MIB } from "../rollout/limits.ts";
import { dollarsOf } from "./dollars.ts";

export type Preview = {
  /** The fewest healthy copies at any moment, if every batch goes well. */
  lowestHealthy: number;
  estimatedSeconds: number;
  /** As the receipt counts. */
  estimatedCost: EstimatedCost;
  estimatedDollars: number;
};

export type EstimatedCost = Omit<Cost, "sdkCalls" | "writes">;

/** Unpack, start and listen: what a small app takes on a small machine. */
const START_SECONDS = 3;
/** Publishing a version, moving an alias and reading it back: a few calls of a few hundred milliseconds. */
const SHIFT_SECONDS = 2;
/** Baking an image: launch, install, stop, snapshot, test boot. A snapshot alone takes minutes (EC2 User Guide, "Create an Amazon EBS-backed AMI"). */
const PREPARE_SECONDS = 300;
/** A call to something small. */
const HOOK_SECONDS = 1;
/** One invocation of the API and the workflow's first and last states. */
const FRAME_SECONDS = 2;
/** A drain, a start and a watch are one or more invocations of at most so long. */
const WATCH_SECONDS = 20;
/** Memory of a driver function. */
const DRIVER_GIB = 0.25;
/** The call that asks for it: checked, recorded, started. Memory of the API's function. Measured on the sandbox. */
const ASKING = { seconds: 0.15, gib: 0.5, read: 8, write: 10 };
/** The image workflow: 14 states, and some of them come back until their instance is ready (workflows/image.ts). Its function watches for as long as it takes. */
const IMAGE = { transitions: 30, calls: 28, gib: IMAGE_FUNCTION_MIB / 1024 };
/** The workflow's own budget: 8 transitions a deployment, 3 a step, 3 a slice of a bake, 3 a further shard, 2 a hook. */
const TRANSITIONS = { deployment: 8, step: 3, bakeSlice: 3, shard: 3, hook: 2 };
/**
 * Begin, events, progress and end of a step, in items of a kilobyte or two; and what is read for them. Receipts of small
 * deployments on the sandbox, whose table reports units as DynamoDB does: 21 and 17 for two steps, 31 and 35 for three.
 */
const UNITS_PER_STEP = { read: 8, write: 12 };

export function preview(steps: PlannedStep[], fleet: Fleet, spec: Spec, shardSize = 50): Preview {
  const seconds = steps.reduce((sum, step) => sum + stepSeconds(step, spec), FRAME_SECONDS);
  const busy = steps.reduce((sum, step) => sum + busySeconds(step, spec, shardSize), FRAME_SECONDS);
  const invocations = steps.length * 2 + Math.ceil(busy / WATCH_SECONDS);
  const images = steps.filter((step) => step.type === "prepare").length;
  const baking = images * PREPARE_SECONDS;
  const estimatedCost = {
    stateTransitions: transitionsOf(steps, shardSize) + images * IMAGE.transitions,
    lambdaCalls: 1 + invocations + images * IMAGE.calls,
    lambdaMilliseconds: Math.round((ASKING.seconds + busy + baking) * 1000),
    lambdaGibSeconds: ASKING.seconds * ASKING.gib + busy * DRIVER_GIB + baking * IMAGE.gib,
    readUnits: (steps.length + 1) * UNITS_PER_STEP.read + ASKING.read,
    writeUnits: (steps.length + 1) * UNITS_PER_STEP.write + ASKING.write,
  };
  return {
    lowestHealthy: lowestHealthy(steps, fleet),
    estimatedSeconds: Math.round(steps.length === 0 ? 1 : seconds),
    estimatedCost,
    estimatedDollars: dollarsOf(estimatedCost),
  };
}

export function transitionsOf(steps: PlannedStep[], shardSize: number): number {
  return steps.reduce((sum, step) => {
    const slices = step.type === "bake" ? Math.ceil((step.seconds ?? 0) / BAKE_SLICE_SECONDS) : 0;
    const shards = step.whole ? 1 : Math.ceil(step.replicas.length / shardSize);
    const furtherShards = Math.max(0, shards - 1);
    if (step.type === "hook") return sum + TRANSITIONS.hook;
    const own = step.type === "bake" ? slices * TRANSITIONS.bakeSlice : TRANSITIONS.step;
    return sum + own + (step.type === "bake" ? 0 : furtherShards * TRANSITIONS.shard);
  }, TRANSITIONS.deployment);
}

/** Plays the batches on the set of healthy replicas: a batch takes its own away, then brings them back (or not). */
function lowestHealthy(steps: PlannedStep[], fleet: Fleet): number {
  const healthy = new Set(fleet.replicas.filter((one) => one.health === "healthy").map((one) => one.id));
  let lowest = healthy.size;
  for (const step of steps) {
    // A shift takes nothing away: the old version stays and is only sent less.
    if (step.type !== "batch") continue;
    const { before, after } = leaversOf(step);
    for (const replica of before) healthy.delete(replica);
    lowest = Math.min(lowest, healthy.size);
    if (step.action !== "remove") for (const replica of step.replicas) healthy.add(replica);
    for (const replica of after) healthy.delete(replica);
    lowest = Math.min(lowest, healthy.size);
  }
  return lowest;
}

/** Who is gone while the step's own replicas come, and who goes when they are there. */
function leaversOf({ action, replicas, leaving = [], leavingFirst = 0 }: PlannedStep) {
  if (action === "replace")
    return { before: leaving.slice(0, leavingFirst), after: leaving.slice(leavingFirst) };
  return { before: action === "startBeside" ? [] : replicas, after: [] };
}

/** Seconds of the wall clock. Approvals are people's time and not counted. */
function stepSeconds(step: PlannedStep, spec: Spec): number {
  if (step.type === "bake") return step.seconds ?? 0;
  if (step.type === "approval") return 0;
  if (step.type === "hook") return HOOK_SECONDS;
  if (step.type === "prepare") return PREPARE_SECONDS;
  const { healthyThreshold, intervalSeconds } = spec.health;
  const watch = (healthyThreshold - 1) * intervalSeconds;
  if (step.type === "shift") return SHIFT_SECONDS + watch;
  if (step.action === "remove") return spec.rollout.drainSeconds + 1;
  return spec.rollout.drainSeconds + START_SECONDS + watch;
}

/** Seconds in which a driver function runs and is paid for: a bake is waited out by the workflow and looked at once a slice. */
function busySeconds(step: PlannedStep, spec: Spec, shardSize: number): number {
  if (step.type === "bake") return Math.ceil((step.seconds ?? 0) / BAKE_SLICE_SECONDS);
  return stepSeconds(step, spec) * Math.max(1, Math.ceil(step.replicas.length / shardSize));
}

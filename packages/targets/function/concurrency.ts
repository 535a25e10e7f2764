// A function's concurrency as the release that serves has it: what is reserved, what is kept initialised of its version, and the
// policy that scales that. Looked at first, put where it differs, and read back. Other versions of Tutti's keep none.
import type { LiveScaling, Scaling } from "#core/domain/scaling.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import {
  deregister,
  functionScaled,
  listActivities,
  putPolicy,
  readPolicy,
  readTarget,
  register,
} from "#targets/scaling/calls.ts";
import { functionSeries, functionTracking, isSameTracking, metricOf } from "#targets/scaling/tracking.ts";
import { type FunctionDeps, type Live, nameOf, readLive } from "./client.ts";
import {
  deleteProvisioned,
  listProvisioned,
  type Provisioned,
  putProvisioned,
  putReserved,
  readReserved,
} from "./concurrency-calls.ts";
import { countFor } from "./warm.ts";

type Deps = Pick<FunctionDeps, "lambda" | "scaling">;
type Wanted = Pick<TargetContext, "spec">;

/** Of a function and its version that serves; `policy` and `range` are looked at only where the release scales. */
type Seen = {
  reserved: number | null;
  provisioned: Provisioned[];
  policy: Awaited<ReturnType<typeof readPolicy>>;
  range: Awaited<ReturnType<typeof readTarget>>;
};

/** One call for each: what differs, what is to be put and what is told are all read off the same answers. */
export async function look(deps: Deps, { spec }: Wanted, name: string, number: string): Promise<Seen> {
  const scaled = functionScaled(name, number);
  const [reserved, provisioned, policy, range] = await Promise.all([
    readReserved(deps.lambda, name),
    listProvisioned(deps.lambda, name),
    spec.scaling ? readPolicy(deps, scaled) : null,
    spec.scaling ? readTarget(deps, scaled) : null,
  ]);
  return { reserved, provisioned, policy, range };
}

/** At the end of a deployment, and where it drifted. Idempotent. */
export async function tidy(deps: FunctionDeps, target: TargetContext): Promise<void> {
  const live = await readLive(deps, nameOf(deps, target));
  const serving = live && servingOf(live);
  if (live && serving) await applyConcurrency(deps, target, live, serving);
}

/** Answers what differed, in sentences; where nothing did, nothing is put. */
export async function applyConcurrency(
  deps: Deps,
  wanted: Wanted,
  live: Live,
  number: string,
): Promise<string[]> {
  const seen = await look(deps, wanted, live.name, number);
  const drift = concurrencyDrift(wanted, live, number, seen);
  if (drift.length === 0) return [];
  await put(deps, wanted, live, number, seen);
  const left = concurrencyDrift(wanted, live, number, await look(deps, wanted, live.name, number));
  if (left.length > 0)
    throw new TuttiError("driver_failed", `The concurrency was put and is not as it was meant: ${left[0]}`);
  return drift;
}

async function put(deps: Deps, { spec }: Wanted, live: Live, number: string, seen: Seen): Promise<void> {
  for (const other of idle(live, number, seen)) await stop(deps, live.name, other.number);
  if (!spec.scaling && ownOf(seen, number)) await stop(deps, live.name, number);
  const reserved = spec.function.reservedConcurrency ?? null;
  if (seen.reserved !== reserved) await putReserved(deps.lambda, live.name, reserved);
  if (spec.scaling) await putScaling(deps, live.name, number, spec.scaling, seen);
}

function ownOf({ provisioned }: Seen, number: string): Provisioned | undefined {
  return provisioned.find((one) => one.number === number);
}

/** Ours, and without traffic. */
function idle(live: Live, number: string, { provisioned }: Seen): Provisioned[] {
  return provisioned.filter((one) => one.number !== number && isLabelled(live, one.number));
}

/** Who has most of the traffic. */
export function servingOf({ alias }: Live): string | null {
  const [first] = [...(alias?.percents ?? [])].sort((a, b) => b[1] - a[1]);
  return first?.[0] ?? null;
}

async function putScaling(
  deps: Deps,
  name: string,
  number: string,
  scaling: Scaling,
  seen: Seen,
): Promise<void> {
  const own = ownOf(seen, number);
  const count = countFor(scaling, own ? [own] : []);
  if (own?.requested !== count) await putProvisioned(deps.lambda, name, number, count);
  const scaled = functionScaled(name, number);
  const { policy, range } = seen;
  if (isFixed(scaling)) return policy ? deregister(deps, scaled) : undefined;
  if (range?.MinCapacity !== scaling.min || range.MaxCapacity !== scaling.max)
    await register(deps, scaled, { MinCapacity: scaling.min, MaxCapacity: scaling.max });
  if (!isAsWished(policy, scaling)) await putPolicy(deps, scaled, wishOf(scaling));
}

/** Its policy first, which would bring back what is taken away. */
export async function stop(deps: Deps, name: string, number: string): Promise<void> {
  const scaled = functionScaled(name, number);
  if ((await readTarget(deps, scaled)) !== null) await deregister(deps, scaled);
  await deleteProvisioned(deps.lambda, name, number);
}

/** Before the function goes, which takes the rest along. */
export async function stopAll(deps: Deps, name: string): Promise<void> {
  for (const { number } of await listProvisioned(deps.lambda, name)) await stop(deps, name, number);
}

/** Pure: what differs from the spec, in sentences. */
export function concurrencyDrift({ spec }: Wanted, live: Live, number: string, seen: Seen): string[] {
  const { reserved } = seen;
  const wanted = spec.function.reservedConcurrency ?? null;
  return [
    ...(reserved === wanted
      ? []
      : [`Reserved for the function is ${told(reserved)}; the release says ${told(wanted)}.`]),
    ...idle(live, number, seen).map(
      (one) => `Lambda version ${one.number} has no traffic and keeps ${one.requested} environments.`,
    ),
    ...scalingDrift(spec.scaling, ownOf(seen, number), seen),
  ];
}

function scalingDrift(
  scaling: Scaling | undefined,
  own: Provisioned | undefined,
  { policy, range }: Seen,
): string[] {
  if (!scaling) return own ? [`It keeps ${own.requested} environments; the release asks for none.`] : [];
  const { min, max } = scaling;
  if (!own) return [`It keeps no environments initialised; the release asks for ${bounds(min, max)}.`];
  if (own.requested < min || own.requested > max)
    return [`It keeps ${own.requested} environments; the release asks for ${bounds(min, max)}.`];
  if (isFixed(scaling)) return policy ? ["A policy scales it; the release asks for none."] : [];
  if (!policy) return ["Its provisioned concurrency is scaled by nothing: the policy is gone."];
  if (!isAsWished(policy, scaling)) return ["The scaling policy is not as the release has it."];
  const [from, to] = [range?.MinCapacity, range?.MaxCapacity];
  if (from === min && to === max) return [];
  return [`It is kept from ${from} to ${to}; the release says from ${min} to ${max}.`];
}

/** Absent where nothing is kept initialised. */
export async function liveScaling(
  deps: Deps,
  { spec }: Wanted,
  { name }: Live,
  number: string,
  seen: Seen,
): Promise<LiveScaling | undefined> {
  const own = ownOf(seen, number);
  if (!own || !spec.scaling) return undefined;
  const series = functionSeries(spec.scaling, name, number);
  const { min, max, target, metric } = spec.scaling;
  const said = { min, max, ...metricOf(functionTracking({ metric, target, scaleIn: true })) };
  if (isFixed(spec.scaling)) return { ...said, count: own.requested, activities: [], series };
  const activities = await listActivities(deps, functionScaled(name, number));
  const tracking = seen.policy?.TargetTrackingScalingPolicyConfiguration;
  const set = tracking ? metricOf(tracking) : {};
  const real = { min: seen.range?.MinCapacity ?? min, max: seen.range?.MaxCapacity ?? max };
  return { ...said, ...real, ...set, count: own.requested, activities, series };
}

/** A function has no warm-up of its own: after scaling out it waits for so long with the next. */
function wishOf(scaling: Scaling) {
  return { ...functionTracking(scaling), ScaleOutCooldown: scaling.warmupSeconds };
}

function isAsWished(policy: Seen["policy"], scaling: Scaling): boolean {
  const seen = policy?.TargetTrackingScalingPolicyConfiguration;
  return isSameTracking(seen, wishOf(scaling)) && seen?.ScaleOutCooldown === scaling.warmupSeconds;
}

function isFixed({ min, max }: Scaling): boolean {
  return min === max;
}

function isLabelled({ versions }: Live, number: string): boolean {
  return versions.some((one) => one.number === number && one.label !== null);
}

function told(reserved: number | null): string {
  return reserved === null ? "nothing" : String(reserved);
}

function bounds(min: number, max: number): string {
  return min === max ? `${min}` : `${min} to ${max}`;
}

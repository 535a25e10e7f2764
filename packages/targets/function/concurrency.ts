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
type Seen = { reserved: number | null; provisioned: Provisioned[] };

/** At the end of a deployment, and where it drifted. Idempotent. */
export async function tidy(deps: FunctionDeps, target: TargetContext): Promise<void> {
  const live = await readLive(deps, nameOf(deps, target));
  const serving = live && servingOf(live);
  if (live && serving) await applyConcurrency(deps, target, live, serving);
}

export async function applyConcurrency(
  deps: Deps,
  target: TargetContext,
  live: Live,
  number: string,
): Promise<void> {
  const { spec } = target;
  const { reserved, provisioned } = await read(deps, live.name);
  const ours = provisioned.filter((one) => one.number !== number && isLabelled(live, one.number));
  for (const one of ours) await stop(deps, live.name, one.number);
  const own = provisioned.find((one) => one.number === number);
  if (!spec.scaling && own) await stop(deps, live.name, number);
  const wanted = spec.function.reservedConcurrency ?? null;
  if (reserved !== wanted) await putReserved(deps.lambda, live.name, wanted);
  if (spec.scaling) await applyScaling(deps, live.name, number, spec.scaling, own);
  const left = await concurrencyDrift(deps, target, live, number);
  if (left.length > 0)
    throw new TuttiError("driver_failed", `The concurrency was put and is not as it was meant: ${left[0]}`);
}

/** Who has most of the traffic. */
export function servingOf({ alias }: Live): string | null {
  const [first] = [...(alias?.percents ?? [])].sort((a, b) => b[1] - a[1]);
  return first?.[0] ?? null;
}

async function applyScaling(
  deps: Deps,
  name: string,
  number: string,
  scaling: Scaling,
  own: Provisioned | undefined,
): Promise<void> {
  const count = countFor(scaling, own ? [own] : []);
  if (own?.requested !== count) await putProvisioned(deps.lambda, name, number, count);
  const scaled = functionScaled(name, number);
  const policy = await readPolicy(deps, scaled);
  if (isFixed(scaling)) return policy ? deregister(deps, scaled) : undefined;
  const bounds = await readTarget(deps, scaled);
  if (bounds?.MinCapacity !== scaling.min || bounds.MaxCapacity !== scaling.max)
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

/** What differs from the spec, in sentences. */
export async function concurrencyDrift(
  deps: Deps,
  { spec }: Pick<TargetContext, "spec">,
  live: Live,
  number: string,
): Promise<string[]> {
  const { reserved, provisioned } = await read(deps, live.name);
  const wanted = spec.function.reservedConcurrency ?? null;
  const own = provisioned.find((one) => one.number === number);
  const others = provisioned.filter((one) => one.number !== number && isLabelled(live, one.number));
  return [
    ...(reserved === wanted
      ? []
      : [`Reserved for the function is ${told(reserved)}; the release says ${told(wanted)}.`]),
    ...others.map(
      (one) => `Lambda version ${one.number} has no traffic and keeps ${one.requested} environments.`,
    ),
    ...(await scalingDrift(deps, live.name, number, spec.scaling, own)),
  ];
}

async function scalingDrift(
  deps: Deps,
  name: string,
  number: string,
  scaling: Scaling | undefined,
  own: Provisioned | undefined,
): Promise<string[]> {
  if (!scaling) return own ? [`It keeps ${own.requested} environments; the release asks for none.`] : [];
  const { min, max } = scaling;
  if (!own) return [`It keeps no environments initialised; the release asks for ${bounds(min, max)}.`];
  if (own.requested < min || own.requested > max)
    return [`It keeps ${own.requested} environments; the release asks for ${bounds(min, max)}.`];
  const scaled = functionScaled(name, number);
  const [policy, target] = await Promise.all([readPolicy(deps, scaled), readTarget(deps, scaled)]);
  if (isFixed(scaling)) return policy ? ["A policy scales it; the release asks for none."] : [];
  if (!policy) return ["Its provisioned concurrency is scaled by nothing: the policy is gone."];
  if (!isAsWished(policy, scaling)) return ["The scaling policy is not as the release has it."];
  const [from, to] = [target?.MinCapacity, target?.MaxCapacity];
  if (from === min && to === max) return [];
  return [`It is kept from ${from} to ${to}; the release says from ${min} to ${max}.`];
}

/** Absent where nothing is kept initialised. */
export async function liveScaling(
  deps: Deps,
  { spec }: Pick<TargetContext, "spec">,
  { name }: Live,
  number: string,
): Promise<LiveScaling | undefined> {
  const own = (await listProvisioned(deps.lambda, name)).find((one) => one.number === number);
  if (!own || !spec.scaling) return undefined;
  const scaled = functionScaled(name, number);
  const series = functionSeries(spec.scaling, name, number);
  const { min, max, target, metric } = spec.scaling;
  const said = { min, max, ...metricOf(functionTracking({ metric, target, scaleIn: true })) };
  if (isFixed(spec.scaling)) return { ...said, count: own.requested, activities: [], series };
  const [policy, range, activities] = await Promise.all([
    readPolicy(deps, scaled),
    readTarget(deps, scaled),
    listActivities(deps, scaled),
  ]);
  const tracking = policy?.TargetTrackingScalingPolicyConfiguration;
  const set = tracking ? metricOf(tracking) : {};
  const real = { min: range?.MinCapacity ?? min, max: range?.MaxCapacity ?? max };
  return { ...said, ...real, ...set, count: own.requested, activities, series };
}

async function read({ lambda }: Deps, name: string): Promise<Seen> {
  const [reserved, provisioned] = await Promise.all([
    readReserved(lambda, name),
    listProvisioned(lambda, name),
  ]);
  return { reserved, provisioned };
}

/** A function has no warm-up of its own: after scaling out it waits for so long with the next. */
function wishOf(scaling: Scaling) {
  return { ...functionTracking(scaling), ScaleOutCooldown: scaling.warmupSeconds };
}

function isAsWished(policy: Awaited<ReturnType<typeof readPolicy>>, scaling: Scaling): boolean {
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

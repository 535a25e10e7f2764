// Scaling where no platform chooses the count: once in every pass the metric is read, core chooses, and what fits is asked for by a
// deployment like any other. A driver only finds that it is due; whoever asked for the pass submits it (follow-up.ts).
import { instant } from "#core/clock.ts";
import type { HealingAction } from "#core/domain/healing-run.ts";
import type { Fleet } from "#core/domain/replica.ts";
import { ACTIVITIES_TOLD, type ScalingActivity } from "#core/domain/scaling.ts";
import type { Target } from "#core/domain/target.ts";
import { TuttiError } from "#core/errors.ts";
import { chooseCount, lastChange, MINUTES_READ } from "#core/scale/choose-count.ts";
import type { EngineDeps } from "../deps.ts";
import { countNow } from "../desired.ts";
import type { LiveTarget } from "../live.ts";
import { measured } from "../measure.ts";
import type { FollowUp } from "./pass.ts";

export type Seen = { live: LiveTarget; fleet: Fleet };
export type Scaled = { next?: FollowUp; actions: HealingAction[] };

const NOTHING: Scaled = { actions: [] };

/** Nothing while a deployment is under way, where a platform chooses, and without data. */
export async function findScaling(deps: EngineDeps, { live, fleet }: Seen): Promise<Scaled> {
  const { target, active, context } = live;
  const { scaling } = context.spec;
  if (active || target.lock || target.release === null || !scaling) return NOTHING;
  if (fleet.scaling?.chosenBy !== "tutti") return NOTHING;
  const points = await readPoints(deps, fleet);
  const count = countNow(target, fleet);
  const carriers = fleet.replicas.filter(({ version }) => version !== null);
  const healthy = carriers.filter((one) => one.health === "healthy").length;
  const load = { points, count, healthy, changed: lastChange(target.standings) };
  const choice = chooseCount(scaling, load, deps.clock.now());
  if (!choice) return NOTHING;
  const { fits, lacks } = whatFits(deps, { live, fleet }, choice.count, count);
  const held = lacks === null ? [] : await tellLack(deps, target, choice.why, lacks);
  if (fits === count) return { actions: held };
  return { actions: held, next: scalingTo(target.release, { from: count, to: fits, why: choice.why }) };
}

function scalingTo(version: string, { from, to, why }: { from: number; to: number; why: string }): FollowUp {
  return {
    from: version,
    to: version,
    why,
    does: `scales from ${from} to ${to}`,
    purpose: "scale",
    replicas: to,
  };
}

/** A metric that cannot be read changes nothing; the next pass asks again. */
async function readPoints(deps: EngineDeps, { scaling }: Fleet) {
  try {
    return await measured(deps, scaling!.series, MINUTES_READ);
  } catch (error) {
    deps.log.warn("the metric of scaling could not be read", { error: String(error) });
    return [];
  }
}

/** As many of them as there is room for, as the driver's own plan has it; `lacks` says what is missing for the rest. */
function whatFits(
  { driver }: EngineDeps,
  { live, fleet }: Seen,
  wanted: number,
  now: number,
): { fits: number; lacks: string | null } {
  const request = { fleet, version: live.target.release, desired: wanted, rollback: false };
  try {
    driver.plan(request, live.context.spec);
    return { fits: wanted, lacks: null };
  } catch (error) {
    if (!(error instanceof TuttiError && error.code === "capacity_exceeded")) throw error;
    const { missing, desired = wanted, hosts = now } = error.extra as Record<string, number>;
    const fits = wanted - (missing ?? desired - hosts);
    return { fits: Math.max(now, Math.min(wanted, fits)), lacks: error.message };
  }
}

/** Told once for as long as it stays the same. */
async function tellLack(
  deps: EngineDeps,
  target: Target,
  cause: string,
  description: string,
): Promise<HealingAction[]> {
  if (target.scalings?.some((one) => one.status === "Failed" && one.description === description)) return [];
  const at = instant(deps.clock.now());
  await rememberScaling(deps, target, { at, status: "Failed", description, cause });
  const action = "scales as far as there is room";
  return [{ replica: null, finding: description, action, result: "held" }];
}

export async function rememberScaling(
  { store }: Pick<EngineDeps, "store">,
  name: Pick<Target, "app" | "environment">,
  activity: ScalingActivity,
): Promise<void> {
  await store.targets.change(name, (target) => ({
    ...target,
    scalings: [activity, ...(target.scalings ?? [])].slice(0, ACTIVITIES_TOLD),
  }));
}

// How many copies there are to be, where no platform chooses: target tracking as AWS does it, from the minutes that CloudWatch tells. Out
// soon and in proportion; in late, one at a time, and never where the others would then have more than nine tenths of the target: a load
// that stays where it is moves nothing twice. Pure.
import { metricName, type Scaling } from "../domain/scaling.ts";
import type { Standing } from "../domain/target.ts";

/** A whole minute, by its beginning in milliseconds since the epoch. */
export type Point = { at: number; value: number };

export type Load = {
  /** Newest first. */
  points: Point[];
  /** Copies that are wanted. */
  count: number;
  /** Of these, so many share the load. */
  healthy: number;
  /** When there last came to be more or fewer of them. */
  changed: { atMs: number; grew: boolean } | null;
};

/** `why` begins with the metric: it is read behind a point. */
export type Choice = { count: number; why: string };

/** As target tracking has it (Application Auto Scaling user guide, "How target tracking works": 3 and 15 periods of a minute). */
const HIGH_MINUTES = 3;
const LOW_MINUTES = 15;
const LOW_SHARE = 0.9;
/** Between two steps inwards: the default of a service's ScaleInCooldown, 300 s. */
const BETWEEN_MINUTES = 5;
/** What is older says nothing of now. */
const STALE_MS = 5 * 60_000;
/** Minutes that a choice is made of, and so many that are late. */
export const MINUTES_READ = LOW_MINUTES + 5;

/** `null`: it stays. */
export function chooseCount(scaling: Scaling, load: Load, nowMs: number): Choice | null {
  const { min, max } = scaling;
  if (load.count < min) return { count: min, why: `its least is ${min}` };
  if (load.count > max) return { count: max, why: `its most is ${max}` };
  const [newest] = load.points;
  if (!newest || nowMs - newest.at > STALE_MS || load.healthy === 0) return null;
  return scaleOut(scaling, load) ?? scaleIn(scaling, load);
}

function scaleOut(scaling: Scaling, load: Load): Choice | null {
  const { target, max } = scaling;
  const last = settled(scaling, load).slice(0, HIGH_MINUTES);
  if (last.length < HIGH_MINUTES || last.some(({ value }) => value <= target)) return null;
  const needed = neededFor(last[0]!.value, load.healthy, target);
  const count = Math.min(max, needed);
  if (count <= load.count) return null;
  return { count, why: `${told(scaling, last[0]!)} for ${HIGH_MINUTES} minutes, over ${target}` };
}

function scaleIn(scaling: Scaling, load: Load): Choice | null {
  const { target, min, scaleIn: allowed } = scaling;
  const { count, healthy, changed } = load;
  if (!allowed || count <= min || healthy < count) return null;
  // Minutes before a copy came are of fewer copies; those before one went are of more, and were low all the same.
  const seen = changed?.grew ? settled(scaling, load) : load.points;
  const last = seen.slice(0, LOW_MINUTES);
  if (last.length < LOW_MINUTES || last.some(({ value }) => value >= LOW_SHARE * target)) return null;
  const since = last.filter(({ at }) => at >= (changed?.atMs ?? 0)).slice(0, LOW_MINUTES);
  if (since.length < BETWEEN_MINUTES) return null;
  const most = Math.max(...since.map(({ value }) => value));
  if ((most * count) / (count - 1) > LOW_SHARE * target) return null;
  return { count: count - 1, why: `${told(scaling, last[0]!)} for ${LOW_MINUTES} minutes, below ${target}` };
}

/** What was measured with the copies that there are now, each past its warm-up. */
function settled({ warmupSeconds }: Scaling, { points, changed }: Load): Point[] {
  if (changed === null) return points;
  const from = changed.atMs + (changed.grew ? warmupSeconds * 1000 : 0);
  return points.filter(({ at }) => at >= from);
}

/** Without the noise of floating point: 2 × 250 / 50 is 10, not 11. */
function neededFor(value: number, copies: number, target: number): number {
  return Math.ceil((copies * value) / target - 1e-9);
}

function told({ metric }: Scaling, { value }: Point): string {
  return `${metricName(metric)} was at ${Number(value.toPrecision(3))}`;
}

/** From how a target stood: the last time that it had more or fewer copies, whoever asked for that. */
export function lastChange(standings: Standing[] = []): Load["changed"] {
  for (let at = standings.length - 1; at >= 0; at--) {
    const [now, before] = [standings[at]!, standings[at - 1]];
    if (!before) return { atMs: Date.parse(now.at), grew: true };
    const more = now.replicas - before.replicas || now.desired - before.desired;
    if (more !== 0) return { atMs: Date.parse(now.at), grew: more > 0 };
  }
  return null;
}

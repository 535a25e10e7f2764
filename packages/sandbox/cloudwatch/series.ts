// The datapoints of all metrics, in memory: sums over grains of 10 s, kept for 3 hours. Nothing is written to disk, so
// a restart begins with no data, as after an outage. The platform's time scale divides every length of time here: at
// scale 10 a grain is one second of the clock, and a period of 60 is six.
import { ROUND_SECONDS, roundMilliseconds } from "../metric-publisher.ts";
import type { Platform } from "../platform.ts";

export const GRAIN_SECONDS = ROUND_SECONDS;
export const KEPT_SECONDS = 3 * 60 * 60;
const KEPT_GRAINS = KEPT_SECONDS / GRAIN_SECONDS;

export type Sums = {
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
  /** Value → how often, to three digits, where there are several and each is known: percentiles come from these. */
  values?: Map<number, number> | undefined;
};

export type MetricId = { namespace: string; name: string; dimensions: [name: string, value: string][] };

export type Series = MetricId & { unit: string; grains: Map<number, Sums> };

export type SeriesStore = ReturnType<typeof createSeries>;

export function createSeries(platform: Pick<Platform, "now" | "timeScale">) {
  const all = new Map<string, Series>();
  const grainMs = roundMilliseconds(platform.timeScale);
  const grainAt = (atMs: number) => Math.floor(atMs / grainMs);
  return {
    grainMs,
    grainAt,
    put(metric: MetricId, unit: string, atMs: number, sums: Sums): void {
      const key = keyOf(metric);
      let series = all.get(key);
      if (!series) {
        series = { ...metric, unit, grains: new Map() };
        all.set(key, series);
      }
      series.unit = unit;
      const grain = grainAt(atMs);
      const before = series.grains.get(grain);
      series.grains.set(grain, before ? merge(before, sums) : sums);
    },
    /** What was put from one grain on, up to another that is left out; nothing where there is no data. */
    read(metric: MetricId, unit: string | undefined, from: number, to: number): Sums | undefined {
      const series = all.get(keyOf(metric));
      if (!series || (unit !== undefined && unit !== series.unit)) return undefined;
      let sums: Sums | undefined;
      for (let grain = from; grain < to; grain++) {
        const more = series.grains.get(grain);
        if (more) sums = sums ? merge(sums, more) : more;
      }
      return sums;
    },
    unitOf: (metric: MetricId) => all.get(keyOf(metric))?.unit ?? "None",
    list: (): Series[] => [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, series]) => series),
    /** Lets go of what is older than is kept, and of metrics that have nothing left. */
    prune(): void {
      const oldest = grainAt(platform.now()) - KEPT_GRAINS;
      for (const [key, { grains }] of all) {
        for (const grain of grains.keys()) if (grain < oldest) grains.delete(grain);
        if (grains.size === 0) all.delete(key);
      }
    },
  };
}

/** Dimensions are a set: sorted by name they are one key. */
export function metricId(
  namespace: string,
  name: string,
  dimensions: { Name?: string | undefined; Value?: string | undefined }[] = [],
): MetricId {
  const pairs = dimensions.map((one): [string, string] => [one.Name ?? "", one.Value ?? ""]);
  return { namespace, name, dimensions: pairs.sort(([a], [b]) => (a < b ? -1 : 1)) };
}

function keyOf({ namespace, name, dimensions }: MetricId): string {
  return JSON.stringify([namespace, name, dimensions]);
}

function merge(one: Sums, other: Sums): Sums {
  return {
    count: one.count + other.count,
    sum: one.sum + other.sum,
    minimum: Math.min(one.minimum, other.minimum),
    maximum: Math.max(one.maximum, other.maximum),
    values: mergeValues(one, other),
  };
}

function mergeValues(one: Sums, other: Sums): Map<number, number> | undefined {
  const [values, more] = [valuesOf(one), valuesOf(other)];
  if (!values || !more || (one.minimum === other.maximum && one.maximum === other.minimum)) return undefined;
  const merged = new Map(values);
  for (const [value, count] of more) merged.set(value, (merged.get(value) ?? 0) + count);
  return merged;
}

/** Where all are the same they need no list. */
export function valuesOf({ values, minimum, maximum, count }: Sums): Map<number, number> | undefined {
  return minimum === maximum ? new Map([[minimum, count]]) : values;
}
